import Broker
import Testing
import Worker

@testable import AntennaWorker
@testable import Transport

@Suite("Dead letters as people see them")
struct DeadLetterTableTests {
    private func letter(_ message: AMQPMessage, omitted: UInt64 = 0) -> DeadLetter {
        DeadLetter(
            AMQPDelivery(
                message: message,
                exchange: "",
                routingKey: "",
                isRedelivered: false,
                deliveryTag: 1,
                epoch: AMQPChannelEpoch(channel: 1, opening: 1),
                omittedBytes: omitted
            )
        )
    }

    @Test("What came over the wire steers no terminal and begins no line")
    func controlCharacters() {
        let message = AMQPMessage(
            body: [],
            messageID: "a\u{1B}[2Jb",
            headers: ["x-antenna-reason": "one\ntwo\u{9B}3", "x-antenna-queue": "q\r"]
        )
        let table =
            "\(TextTable(header: ["task", "from", "tries", "reason"], rows: [QueueCommand.Dead.row(letter(message))]))"
        #expect(table.split(separator: "\n").count == 2)
        #expect(table.contains(#"a\u{1b}[2Jb"#) && table.contains(#"one\ntwo\u{9b}3"#) && table.contains(#"q\u{d}"#))
    }

    @Test("What is too large and what did not fit are told")
    func left() {
        let message = AMQPMessage(body: [], headers: ["x-antenna-reason": "because", "x-antenna-cut": "traceparent"])
        let row = QueueCommand.Dead.row(letter(message, omitted: 17_000_000))
        #expect(row.first == "-" && row.last?.contains("17000000 bytes") == true)
        #expect(row.last?.contains("did not fit: traceparent") == true)
    }
}
