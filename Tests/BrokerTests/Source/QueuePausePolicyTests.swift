import Testing

@testable import Broker

@Suite("Leaving a queue to others")
struct QueuePausePolicyTests {
    private func seconds(_ count: Int) -> Duration { .seconds(count) }

    @Test("An obstacle that lasts holds, one that passes does not, and the end of it is told")
    func lasting() {
        var hold = QueuePausePolicy()
        #expect(hold.note("full", now: seconds(0)) == nil)
        #expect(hold.note(nil, now: seconds(3)) == nil)
        #expect(hold.note("full", now: seconds(4)) == nil)
        #expect(hold.note("full", now: seconds(8)) == nil && hold.reason == nil)
        #expect(hold.note("full", now: seconds(9)) == .held(reason: "full"))
        #expect(hold.note("fuller", now: seconds(60)) == nil && hold.reason == "fuller")
        #expect(hold.note(nil, now: seconds(61)) == .released)
        #expect(hold.reason == nil && hold.note(nil, now: seconds(62)) == nil)
    }

    @Test("A queue that is full again and again while its tasks go on is consumed")
    func moving() {
        var hold = QueuePausePolicy()
        for second in 0..<60 {
            #expect(hold.note("full", now: seconds(second)) == nil)
            if second % 4 == 0 { hold.moved(now: seconds(second)) }
        }
        #expect(hold.reason == nil)
    }
}
