import Concurrency
import TestSupport
import Testing

@Suite("Back-off")
struct BackoffTests {
    /// Always draws the same bits.
    private struct Constant: RandomNumberGenerator {
        let bits: UInt64

        mutating func next() -> UInt64 { bits }
    }

    @Test("The bound doubles up to its limit", arguments: [0.1...1, 0.5...1, 0...1, 1...1])
    func bounds(jitter: ClosedRange<Double>) {
        let backoff = Backoff(first: .seconds(1), most: .seconds(10), jitter: jitter)
        for (failures, bound) in [(1, 1.0), (2, 2), (4, 8), (5, 10), (501, 10), (.max, 10), (0, 1), (.min, 1)] {
            var (least, most) = (Constant(bits: 0), Constant(bits: .max))
            let shortest = backoff.delay(failures: failures, using: &least) / .seconds(1)
            let longest = backoff.delay(failures: failures, using: &most) / .seconds(1)
            #expect(abs(shortest - bound * jitter.lowerBound) < 1e-9 && longest == bound, "\(failures) failures")
        }
    }

    @Test("Every wait is within its bounds, and no two of a fleet are the same")
    func drawn() {
        let backoff = Backoff(first: .seconds(1), most: .seconds(10), jitter: 0.1...1)
        var generator = SeededGenerator(seed: 7)
        for (failures, bound) in [(1, 1.0), (4, 8), (501, 10)] {
            let waits = (0..<200).map { _ in backoff.delay(failures: failures, using: &generator) / .seconds(1) }
            #expect(waits.allSatisfy { $0 >= bound / 10 && $0 <= bound }, "\(failures) failures")
            #expect(Set(waits).count > 190, "\(failures) failures")
            #expect((waits.min() ?? 0) < bound * 0.2 && (waits.max() ?? 0) > bound * 0.9, "\(failures) failures")
        }
    }

    @Test("No time stays no time, and a century does not overflow")
    func edges() {
        var most = Constant(bits: .max)
        #expect(Backoff(first: .zero, most: .zero).delay(failures: 9, using: &most) == .zero)
        let century = Duration.seconds(100 * 366 * 86_400)
        let wait = Backoff(first: century, most: century).delay(failures: 99, using: &most)
        #expect(abs(wait / century - 1) < 1e-9)
        #expect(Duration.seconds(3).jittered(using: &most) == .seconds(3))
    }
}
