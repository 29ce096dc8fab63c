import Concurrency
import Foundation
import Synchronization
import Testing

@Suite("Blocking calls side by side")
struct SideBySideTests {
    @Test("Answers come in the order of the elements")
    func order() {
        #expect(SideBySide.map([3, 1, 2], name: "test") { $0 * 10 } == [30, 10, 20])
        #expect(SideBySide.map([Int](), name: "test") { $0 }.isEmpty)
        #expect(SideBySide.map(["one"], name: "test") { $0 } == ["one"])
    }

    @Test("All are called at the same time")
    func sameTime() {
        // None comes back before every one has begun.
        let begun = Mutex(0)
        let all = DispatchSemaphore(value: 0)
        let met = SideBySide.map([0, 1, 2], name: "test") { _ in
            let count = begun.withLock { begun in
                begun += 1
                return begun
            }
            if count == 3 { for _ in 0..<3 { all.signal() } }
            return all.wait(timeout: .now() + .seconds(60)) == .success
        }
        #expect(met == [true, true, true])
    }
}
