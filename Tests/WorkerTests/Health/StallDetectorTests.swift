import Testing

@testable import Worker

@Suite("Whether a part of the worker is stuck")
struct StallDetectorTests {
    private func part(_ name: String = "image", limit: Int? = 60, held: Int, passed: Int) -> StallDetector.Part {
        StallDetector.Part(
            name: name,
            limit: limit.map { .seconds($0) },
            reading: StallDetector.Reading(held: held, passed: passed)
        )
    }

    /// Looks every second of a range, and says what each look found.
    private func look(
        _ detector: inout StallDetector,
        _ seconds: ClosedRange<Int>,
        at parts: StallDetector.Part...
    ) -> [StallDetector.Stall?] {
        seconds.map { detector.look(at: parts, now: .seconds($0)) }
    }

    @Test("a part that holds tasks and lets none go is stuck after its limit, and stays so")
    func stuck() {
        var detector = StallDetector()
        let stalls = look(&detector, 0...62, at: part(held: 3, passed: 7))
        #expect(stalls.prefix(60).allSatisfy { $0 == nil })
        #expect(stalls.suffix(3).map(\.?.duration) == [.seconds(60), .seconds(61), .seconds(62)])
        #expect(stalls.last == StallDetector.Stall(part: "image", duration: .seconds(62)))
        #expect(detector.stalls == ["image": .seconds(62)])
    }

    @Test("one task that gets through starts the time anew")
    func moves() {
        var detector = StallDetector()
        #expect(look(&detector, 0...59, at: part(held: 3, passed: 7)).allSatisfy { $0 == nil })
        #expect(look(&detector, 60...119, at: part(held: 3, passed: 8)).allSatisfy { $0 == nil })
        #expect(
            look(&detector, 120...120, at: part(held: 3, passed: 8)) == [.init(part: "image", duration: .seconds(60))]
        )
        #expect(look(&detector, 121...121, at: part(held: 3, passed: 9)) == [nil])
        #expect(detector.stalls == ["image": .zero])
    }

    @Test("a part without tasks is not stuck, however long, and its time begins with the first task")
    func empty() {
        var detector = StallDetector()
        #expect(look(&detector, 0...500, at: part(held: 0, passed: 7)).allSatisfy { $0 == nil })
        #expect(look(&detector, 501...559, at: part(held: 1, passed: 7)).allSatisfy { $0 == nil })
        #expect(
            look(&detector, 560...560, at: part(held: 1, passed: 7)) == [.init(part: "image", duration: .seconds(60))]
        )
    }

    @Test("each part has its own limit; the one that is stuck the longest is named")
    func several() {
        var detector = StallDetector()
        let patient = part("image", limit: 300, held: 1, passed: 0)
        _ = look(&detector, 0...10, at: patient, part("inference", held: 0, passed: 0))
        let stalls = look(&detector, 11...310, at: patient, part("inference", held: 2, passed: 0))
        #expect(stalls.compactMap { $0 }.first == .init(part: "inference", duration: .seconds(60)))
        #expect(stalls.dropLast(11).last == .init(part: "inference", duration: .seconds(289)))
        #expect(stalls.last == .init(part: "image", duration: .seconds(310)))
    }

    @Test("a part without a limit is never stuck, but how long it has stood still is known")
    func unlimited() {
        var detector = StallDetector()
        let stalls = look(&detector, 0...100_000, at: part("settlement", limit: nil, held: 5, passed: 5))
        #expect(stalls.allSatisfy { $0 == nil })
        #expect(detector.stalls == ["settlement": .seconds(100_000)])
    }

    @Test("while the whole machine was suspended nothing stood still; the time before it still counts")
    func suspended() {
        var detector = StallDetector()
        let stuck = part(held: 1, passed: 0)
        _ = look(&detector, 0...30, at: stuck)
        #expect(look(&detector, 3_630...3_630, at: stuck) == [nil])
        #expect(detector.stalls == ["image": .seconds(30)])
        let stalls = look(&detector, 3_631...3_660, at: stuck)
        #expect(stalls.dropLast().allSatisfy { $0 == nil })
        #expect(stalls.last == .init(part: "image", duration: .seconds(60)))
    }

    @Test("a look that comes late on a busy machine is no suspension")
    func late() {
        var detector = StallDetector()
        let stuck = part(held: 1, passed: 0)
        let stalls = stride(from: 0, through: 60, by: 10).map { detector.look(at: [stuck], now: .seconds($0)) }
        #expect(stalls.last == .init(part: "image", duration: .seconds(60)))
    }
}
