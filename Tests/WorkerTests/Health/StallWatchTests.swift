import Testing

@testable import Worker

@Suite("Whether a part of the worker is stuck")
struct StallWatchTests {
    private func part(_ name: String = "image", limit: Int? = 60, held: Int, passed: Int) -> StallWatch.Part {
        StallWatch.Part(
            name: name,
            limit: limit.map { .seconds($0) },
            reading: StallWatch.Reading(held: held, passed: passed)
        )
    }

    /// Looks every second of a range, and says what each look found.
    private func look(
        _ watch: inout StallWatch,
        _ seconds: ClosedRange<Int>,
        at parts: StallWatch.Part...
    ) -> [StallWatch.Stall?] {
        seconds.map { watch.look(at: parts, now: .seconds($0)) }
    }

    @Test("a part that holds tasks and lets none go is stuck after its limit, and stays so")
    func stuck() {
        var watch = StallWatch()
        let stalls = look(&watch, 0...62, at: part(held: 3, passed: 7))
        #expect(stalls.prefix(60).allSatisfy { $0 == nil })
        #expect(stalls.suffix(3).map(\.?.duration) == [.seconds(60), .seconds(61), .seconds(62)])
        #expect(stalls.last == StallWatch.Stall(part: "image", duration: .seconds(62)))
        #expect(watch.stalls == ["image": .seconds(62)])
    }

    @Test("one task that gets through starts the time anew")
    func moves() {
        var watch = StallWatch()
        #expect(look(&watch, 0...59, at: part(held: 3, passed: 7)).allSatisfy { $0 == nil })
        #expect(look(&watch, 60...119, at: part(held: 3, passed: 8)).allSatisfy { $0 == nil })
        #expect(look(&watch, 120...120, at: part(held: 3, passed: 8)) == [.init(part: "image", duration: .seconds(60))])
        #expect(look(&watch, 121...121, at: part(held: 3, passed: 9)) == [nil])
        #expect(watch.stalls == ["image": .zero])
    }

    @Test("a part without tasks is not stuck, however long, and its time begins with the first task")
    func empty() {
        var watch = StallWatch()
        #expect(look(&watch, 0...500, at: part(held: 0, passed: 7)).allSatisfy { $0 == nil })
        #expect(look(&watch, 501...559, at: part(held: 1, passed: 7)).allSatisfy { $0 == nil })
        #expect(look(&watch, 560...560, at: part(held: 1, passed: 7)) == [.init(part: "image", duration: .seconds(60))])
    }

    @Test("each part has its own limit; the one that is stuck the longest is named")
    func several() {
        var watch = StallWatch()
        let patient = part("image", limit: 300, held: 1, passed: 0)
        _ = look(&watch, 0...10, at: patient, part("inference", held: 0, passed: 0))
        let stalls = look(&watch, 11...310, at: patient, part("inference", held: 2, passed: 0))
        #expect(stalls.compactMap { $0 }.first == .init(part: "inference", duration: .seconds(60)))
        #expect(stalls.dropLast(11).last == .init(part: "inference", duration: .seconds(289)))
        #expect(stalls.last == .init(part: "image", duration: .seconds(310)))
    }

    @Test("a part without a limit is never stuck, but how long it has stood still is known")
    func unlimited() {
        var watch = StallWatch()
        let stalls = look(&watch, 0...100_000, at: part("settlement", limit: nil, held: 5, passed: 5))
        #expect(stalls.allSatisfy { $0 == nil })
        #expect(watch.stalls == ["settlement": .seconds(100_000)])
    }

    @Test("while the whole machine was suspended nothing stood still; the time before it still counts")
    func suspended() {
        var watch = StallWatch()
        let stuck = part(held: 1, passed: 0)
        _ = look(&watch, 0...30, at: stuck)
        #expect(look(&watch, 3_630...3_630, at: stuck) == [nil])
        #expect(watch.stalls == ["image": .seconds(30)])
        let stalls = look(&watch, 3_631...3_660, at: stuck)
        #expect(stalls.dropLast().allSatisfy { $0 == nil })
        #expect(stalls.last == .init(part: "image", duration: .seconds(60)))
    }

    @Test("a look that comes late on a busy machine is no suspension")
    func late() {
        var watch = StallWatch()
        let stuck = part(held: 1, passed: 0)
        let stalls = stride(from: 0, through: 60, by: 10).map { watch.look(at: [stuck], now: .seconds($0)) }
        #expect(stalls.last == .init(part: "image", duration: .seconds(60)))
    }
}
