import CRabbitMQ
import Foundation
import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("Hostile bytes over AMQP")
struct AMQPFuzzTests {
    /// A message with every property and every kind of header.
    static let full: AMQPMessage = {
        var message = AMQPMessage(
            body: [],
            messageID: "m",
            correlationID: "c",
            contentType: "application/json",
            replyTo: "r",
            type: "t",
            timestamp: 1_700_000_000,
            headers: [
                "x-delivery-count": 3, "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "price": .decimal(scale: 2, unscaled: 1999), "ratio": .double(0.5), "raw": .bytes([0, 255]),
                "yes": true,
                "at": .timestamp(7), "none": .null,
                "x-death": .array([
                    .table([
                        "queue": "antenna.tasks.moths", "reason": "rejected", "count": .int(2),
                        "routing-keys": .array(["k"]),
                    ])
                ]),
            ]
        )
        (message.contentEncoding, message.priority, message.expiration) = ("gzip", 9, "60000")
        (message.userID, message.appID) = ("guest", "app")
        return message
    }()

    /// The payload of a content header, as it stands in a frame.
    static func encode(_ message: AMQPMessage) -> [UInt8] {
        let arena = AMQPArena()
        var properties = message.properties(in: arena)
        var bytes = [UInt8](repeating: 0, count: 256 << 10)
        let length = bytes.withUnsafeMutableBytes { buffer in
            amqp_encode_properties(
                UInt16(AMQP_BASIC_CLASS),
                &properties,
                amqp_bytes_t(len: buffer.count, bytes: buffer.baseAddress)
            )
        }
        return Array(bytes.prefix(Int(max(0, length))))
    }

    /// Reads such a payload as a connection does.
    static func decode(_ bytes: [UInt8]) -> AMQPMessage {
        bytes.withUnsafeBytes { AMQPMessage(properties: $0) }
    }

    @Test("Every property and every kind of header comes back as it was sent")
    func roundTrip() {
        #expect(Self.decode(Self.encode(Self.full)) == Self.full)
    }

    @Test("Of mutated content headers is read what there is, and that can be counted, sent again and cut to fit")
    func properties() async {
        var different = 0
        let words =
            ["x-death", "count", "rejected"].map { Array($0.utf8) } + [[0x46, 0xFF, 0xFF, 0xFF, 0xFF], [0x44, 0xFF]]
        await aside {
            for input in FuzzInputs(of: [Self.encode(Self.full)], words: words) {
                var message = Self.decode(input)
                if message != Self.full { different += 1 }
                let delivery = delivery(message)
                #expect(delivery.deliveryCount >= 0 && delivery.deaths.allSatisfy { $0.count >= 0 })
                #expect(
                    message.texts.allSatisfy { $0.utf8.count <= 255 }
                        && message.headers.keys.allSatisfy { $0.utf8.count <= 255 }
                )
                #expect(Self.encode(message).count <= message.headerSize)
                _ = message.cutHeaders(toFit: AMQPMessage.surelyFittingHeader)
                #expect(message.headerSize <= AMQPMessage.surelyFittingHeader)
            }
        }
        #expect(different > 1_000)
    }

    @Test("Frames in any order, with any sizes, make messages no larger than the limit, or end the connection")
    func assembly() async {
        // A byte says which frame comes, the next how large it is.
        let examples: [[UInt8]] = [[0, 1, 5, 2, 5], [0, 1, 0, 3, 0, 1, 9, 2, 4, 2, 5], [4, 1, 200, 2, 200]]
        let piece = [UInt8](repeating: 7, count: 256)
        await aside {
            for input in FuzzInputs(of: examples, longest: 64) {
                var assembly = AMQPAssembly(limit: 100)
                var rest = input[...]
                while let step = rest.popFirst() {
                    let size = rest.popFirst() ?? 0
                    do throws(AMQPAssembly.Fault) {
                        let whole: AMQPAssembly.Whole?
                        switch step % 5 {
                        case 0:
                            whole = nil
                            try assembly.begin(
                                .deliver(
                                    consumerTag: "",
                                    deliveryTag: 1,
                                    isRedelivered: false,
                                    exchange: "",
                                    routingKey: ""
                                )
                            )
                        case 1:
                            let huge = size > 250 ? UInt64.max - UInt64(size) : UInt64(size)
                            whole = try assembly.header(size: huge, message: AMQPMessage(body: []))
                        case 4:
                            whole = nil
                            try assembly.begin(.returned(code: 312, reason: "", exchange: "", routingKey: ""))
                        default:
                            let fault = piece.withUnsafeBytes {
                                bytes -> Result<AMQPAssembly.Whole?, AMQPAssembly.Fault> in
                                let part = UnsafeRawBufferPointer(rebasing: bytes[..<Int(size)])
                                return Result { () throws(AMQPAssembly.Fault) in try assembly.body(part) }
                            }
                            whole = try fault.get()
                        }
                        if let whole { #expect(whole.message.body.count <= 100) }
                    } catch {
                        break
                    }
                }
            }
        }
    }

    @Test("Counts from the edge are clamped", arguments: [Int64.max, 1 << 62, 1 << 40, -1, .min])
    func counts(count: Int64) {
        let entry = AMQPValue.table(["queue": "q", "reason": "rejected", "count": .int(count)])
        let message = AMQPMessage(
            body: [],
            headers: ["x-delivery-count": .int(count), "x-death": .array([entry, entry])]
        )
        let delivery = delivery(message)
        #expect((0...1_000_000_000).contains(delivery.deliveryCount))
        #expect(delivery.deaths.allSatisfy { (0...1_000_000_000).contains($0.count) })
    }

    @Test("Text that is no UTF-8 is kept as bytes; a property of such stays one that can be sent")
    func invalidText() {
        var message = AMQPMessage(body: [], messageID: "placeholder", headers: ["h": "placeholder"])
        var bytes = Self.encode(message)
        for index in bytes.indices where bytes[index...].starts(with: "placeholder".utf8) {
            bytes.replaceSubrange(index..<index + 11, with: [UInt8](repeating: 0xFF, count: 11))
        }
        message.messageID = String(repeating: "\u{FFFD}", count: 11)
        message.headers["h"] = .bytes([UInt8](repeating: 0xFF, count: 11))
        #expect(Self.decode(bytes) == message)
        #expect(String(repeating: "é", count: 200).cut(toUTF8: 255).utf8.count == 254)
        #expect("é".cut(toUTF8: 1) == "" && "ab".cut(toUTF8: 2) == "ab" && "ab".cut(toUTF8: 0) == "")
    }

    private func delivery(_ message: AMQPMessage) -> AMQPDelivery {
        AMQPDelivery(
            message: message,
            exchange: "",
            routingKey: "",
            isRedelivered: false,
            deliveryTag: 1,
            epoch: AMQPChannelEpoch(channel: 1, opening: 1)
        )
    }

    @Test("What the system says about a socket is told")
    func systemError() {
        errno = ECONNRESET
        let reset = TransportError.amqp(status: AMQP_STATUS_SOCKET_ERROR.rawValue, operation: "broker.receive")
        #expect(reset.message.contains("reset by peer") && reset.nativeCode == ECONNRESET)
        errno = ECONNRESET
        let other = TransportError.amqp(status: AMQP_STATUS_BAD_AMQP_DATA.rawValue, operation: "broker.receive")
        #expect(!other.message.contains("reset") && other.nativeCode == AMQP_STATUS_BAD_AMQP_DATA.rawValue)
    }

    @Test("A refusal for size says which size the broker takes; anything else does not")
    func sizes() {
        func error(_ reason: String) -> TransportError {
            TransportError.amqp(replyCode: 406, reason: reason, operation: "message.publish")
        }
        let refused = error("PRECONDITION_FAILED - message size 20000000 is larger than configured max size 16777216")
        #expect(refused.code == .tooLarge && TransportError.brokerLimit(in: refused.message) == 16_777_216)
        #expect(error("PRECONDITION_FAILED - message size 9 is larger than max size 8").code == .tooLarge)
        for reason in [
            "PRECONDITION_FAILED - unknown delivery tag 1", "max size message size 7 larger",
            "message size  larger max size ",
        ] {
            #expect(error(reason).code == .preconditionFailed, "\(reason)")
        }
    }
}
