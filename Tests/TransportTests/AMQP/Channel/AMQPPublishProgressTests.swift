import Telemetry
import Testing

@testable import Transport

@Suite("Whether publishes get anywhere")
struct AMQPPublishProgressTests {
    private let start = ContinuousClock.now
    private let nacked = TransportError(.nacked, operation: "test", message: "refused")

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test("Confirms that do not come are a problem after a while, and none once one has come")
    func confirms() {
        var progress = AMQPPublishProgress()
        #expect(progress.problem(now: at(100)) == nil)
        progress.began(now: at(100))
        progress.began(now: at(105))
        #expect(progress.problem(now: at(109)) == nil)
        #expect(progress.problem(now: at(110))?.contains("10 s, and 2 messages wait") == true)
        progress.ended(.success(()), now: at(120))
        #expect(progress.problem(now: at(129)) == nil)
        #expect(progress.problem(now: at(130)) != nil)
        progress.ended(.success(()), now: at(131))
        #expect(progress.problem(now: at(500)) == nil)
    }

    @Test("Refusals alone are a problem, also between two attempts, until one is taken or nobody has tried for long")
    func refusals() {
        var progress = AMQPPublishProgress()
        for second in stride(from: 0, to: 30, by: 5) {
            progress.began(now: at(second))
            progress.ended(.failure(nacked), now: at(second + 1))
        }
        #expect(progress.problem(now: at(40))?.contains("39 s: refused") == true)
        #expect(progress.problem(now: at(85)) != nil)
        #expect(progress.problem(now: at(86)) == nil, "a minute after the last attempt")
        progress.began(now: at(90))
        #expect(progress.problem(now: at(91)) != nil)
        progress.ended(.success(()), now: at(92))
        #expect(progress.problem(now: at(93)) == nil)
    }

    @Test("What is about one message, or was said by us, is no problem of the broker")
    func oneMessage() {
        var progress = AMQPPublishProgress()
        for code in [TransportError.Code.cancelled, .tooLarge, .unroutable] {
            progress.began(now: at(0))
            progress.ended(.failure(TransportError(code, operation: "test", message: "")), now: at(1))
        }
        #expect(progress.problem(now: at(30)) == nil)
    }
}
