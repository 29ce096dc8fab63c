import Foundation

/// Publishes whatever bytes a test makes up as a message's headers, which no library would.
///
/// One connection, one channel, no confirms: ``close()`` returns once the broker has taken everything.
package final class RawAMQPPublisher {
    private let socket: Int32

    /// Logs in as `guest` at a broker on 127.0.0.1.
    ///
    /// - Parameter port: Its port.
    /// - Throws: ``TestEnvironmentError`` when the broker says anything but what it always says.
    package init(port: UInt16) throws {
        socket = try LoopbackPort.connect(to: port)
        // Only so that a broker that never answers ends the test: one that is busy may take long.
        var limit = timeval(tv_sec: 240, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        try send(Array("AMQP".utf8) + [0, 0, 9, 1])
        try expect(10, 10)
        try method(
            0,
            10,
            11,
            Self.long([]) + Self.short("PLAIN") + Self.long(Array("\0guest\0guest".utf8)) + Self.short("en_US")
        )
        let tune = try expect(10, 30)
        // As it proposes, but for the heartbeat.
        try method(0, 10, 31, Array(tune[4..<10]) + [0, 0])
        try method(0, 10, 40, Self.short("/") + Self.short("") + [0])
        try expect(10, 41)
        try method(1, 20, 10, Self.short(""))
        try expect(20, 11)
    }

    deinit {
        Foundation.close(socket)
    }

    /// Publishes to a queue.
    ///
    /// - Parameters:
    ///   - body: The body, not empty.
    ///   - queue: The queue.
    ///   - headers: The fields of the headers' table as they stand on the wire, each with its name.
    /// - Throws: ``TestEnvironmentError`` when the broker has gone.
    package func publish(_ body: [UInt8], to queue: String, headers: [UInt8]) throws {
        try method(1, 60, 40, [0, 0] + Self.short("") + Self.short(queue) + [0])
        let properties: [UInt8] = [0x20, 0] + Self.long(headers)
        try frame(2, 1, [0, 60, 0, 0, 0, 0, 0, 0] + Self.big(UInt32(body.count)) + properties)
        try frame(3, 1, body)
    }

    /// Says goodbye, and waits until the broker has read that.
    package func close() throws {
        try method(1, 20, 40, [0, 200] + Self.short("") + [0, 0, 0, 0])
        try expect(20, 41)
    }

    /// A field of a table: its name, its kind, its bytes.
    package static func field(_ name: String, _ kind: Character, _ bytes: [UInt8]) -> [UInt8] {
        short(name) + Array(String(kind).utf8) + bytes
    }

    /// Bytes with their length in front, as texts, tables and lists have it.
    package static func long(_ bytes: [UInt8]) -> [UInt8] { big(UInt32(bytes.count)) + bytes }

    private static func short(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

    private static func big(_ number: UInt32) -> [UInt8] {
        (0..<4).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    private func method(_ channel: UInt8, _ classID: UInt8, _ methodID: UInt8, _ fields: [UInt8]) throws {
        try frame(1, channel, [0, classID, 0, methodID] + fields)
    }

    private func frame(_ type: UInt8, _ channel: UInt8, _ payload: [UInt8]) throws {
        try send([type, 0, channel] + Self.long(payload) + [0xCE])
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Foundation.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw TestEnvironmentError("The broker took \(sent) of \(bytes.count) bytes.") }
            sent += count
        }
    }

    @discardableResult
    private func expect(_ classID: UInt8, _ methodID: UInt8) throws -> [UInt8] {
        let head = try receive(7)
        let length = head[3...6].reduce(0) { $0 << 8 | Int($1) }
        let payload = try receive(length + 1)
        guard payload.count > 4, payload[1] == classID, payload[3] == methodID else {
            throw TestEnvironmentError("The broker answered \(String(decoding: payload, as: UTF8.self)).")
        }
        return payload
    }

    private func receive(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let received = recv(socket, &bytes, count, Int32(MSG_WAITALL))
        guard received == count else { throw TestEnvironmentError("The broker has gone.") }
        return bytes
    }
}
