import Testing

@testable import Worker

@Suite("Progress")
struct ProgressStateTests {
    private let start = ContinuousClock.now

    @Test("on no terminal it is a plain line every few seconds, and one at the end")
    func plain() {
        var state = ProgressState(
            label: "Demo",
            total: 10,
            terminal: Terminal(isInteractive: false, hasColour: false),
            startedAt: start
        )
        #expect(state.update(done: 0, now: start) == "Demo 0/10 images  0.0 images/s\n")
        #expect(state.update(done: 2, now: start + .seconds(4)) == nil)
        #expect(state.update(done: 2, now: start + .seconds(5)) == "Demo 2/10 images  0.4 images/s  ETA 00:20\n")
        #expect(state.update(done: 9, now: start + .seconds(6)) == nil)
        #expect(state.finish(now: start + .seconds(20)) == "Demo 9/10 images  0.5 images/s  in 00:20\n")
        #expect(state.finish(now: start + .seconds(21)) == nil)
        #expect(state.update(done: 10, now: start + .seconds(30)) == nil)
    }

    @Test("on a terminal it is one line that is written over")
    func bar() throws {
        var state = ProgressState(
            label: "Demo",
            total: 4,
            terminal: Terminal(isInteractive: true, hasColour: true, columns: 100),
            startedAt: start
        )
        let shown = state.update(done: 1, now: start + .seconds(1))
        let first = try #require(shown)
        #expect(first.hasPrefix("\rDemo \u{1B}[32m━━━━━━━\u{1B}[0m─"))
        #expect(first.hasSuffix("1/4 images  1.0 images/s  ETA 00:03\u{1B}[K"))
        #expect(state.update(done: 2, now: start + .milliseconds(1_050)) == nil)
        #expect(state.finish(now: start + .seconds(2))?.hasSuffix("in 00:02\u{1B}[K\n") == true)
    }

    @Test("nothing overflows: an unknown total, none at all, a rate of almost nothing, a count that goes back")
    func extremes() {
        let terminal = Terminal(isInteractive: true, hasColour: false, columns: 0)
        var unknown = ProgressState(label: "", total: nil, terminal: terminal, startedAt: start)
        #expect(unknown.update(done: 5, now: start) == "\r 5 images  0.0 images/s\u{1B}[K")
        #expect(unknown.update(done: 3, now: start + .seconds(1)) == "\r 5 images  5.0 images/s\u{1B}[K")
        var none = ProgressState(label: "", total: 0, terminal: terminal, startedAt: start)
        #expect(none.update(done: 0, now: start) == "\r 0/0 images  0.0 images/s\u{1B}[K")
        var slow = ProgressState(label: "", total: .max, terminal: terminal, startedAt: start)
        #expect(slow.update(done: 1, now: start + .seconds(1_000_000))?.contains("ETA 99:59:59") == true)
    }
}
