import Pipeline
import Testing

@Suite struct PipelineResidencyTests {
    // A detector that all share, and a classifier each.
    private static let files: [String: [String: Int]] = [
        "a": ["detector": 100, "a": 10], "b": ["detector": 100, "b": 20], "c": ["detector": 100, "c": 30],
        "d": ["other": 500],
    ]

    private func loaded(_ slugs: [String], limit: Int?) -> PipelineResidency {
        var residency = PipelineResidency(files: Self.files, limit: limit)
        for slug in slugs { #expect(use(slug, in: &residency) == []) }
        return residency
    }

    private func use(_ slug: String, in residency: inout PipelineResidency) -> [String] {
        residency.claim(slug)
        return residency.makeRoom(for: slug) + residency.release(slug)
    }

    @Test func withoutALimitNothingLeaves() {
        var residency = loaded(["a", "b", "c", "d"], limit: nil)
        #expect(use("a", in: &residency) == [])
        #expect(residency.residentBytes == 660)
    }

    @Test func aSharedFileCountsOnce() {
        #expect(loaded(["a", "b", "c"], limit: 160).residentBytes == 160)
    }

    @Test func theOneWantedLongestAgoLeaves() {
        var residency = loaded(["a", "b"], limit: 135)
        residency.claim("a")
        _ = residency.release("a")
        // Without b there is room for a and c alone when c is small enough, else a goes as well.
        #expect(use("c", in: &residency) == ["b", "a"])
        #expect(residency.residentBytes == 130)
    }

    @Test func whatIsInUseStaysUntilItIsReleased() {
        var residency = loaded(["a"], limit: 110)
        residency.claim("a")
        residency.claim("a")
        residency.claim("b")
        #expect(residency.makeRoom(for: "b") == [])
        #expect(residency.release("a") == [])
        #expect(residency.release("a") == ["a"])
        #expect(residency.release("b") == [])
        #expect(residency.residentBytes == 120, "the last one stays although it is larger than the limit")
    }

    @Test func onePipelineLargerThanTheLimitIsLoadedAlone() {
        var residency = loaded(["a", "b"], limit: 130)
        #expect(use("d", in: &residency) == ["a", "b"])
        #expect(use("a", in: &residency) == ["d"])
    }

    @Test func whatCouldNotBeLoadedTakesNoRoom() {
        var residency = loaded(["a"], limit: 130)
        residency.claim("b")
        #expect(residency.makeRoom(for: "b") == [])
        residency.loadingFailed("b")
        #expect(residency.release("b") == [])
        #expect(residency.residentBytes == 110)
    }

    @Test func manyUsesInAnyOrderStayWithinTheLimit() {
        var residency = PipelineResidency(files: Self.files, limit: 130)
        var loaded: Set<String> = []
        for step in 0..<1_000 {
            let slug = ["a", "b", "c"][(step * 7 + step / 3) % 3]
            residency.claim(slug)
            if !loaded.contains(slug) {
                loaded.subtract(residency.makeRoom(for: slug))
                loaded.insert(slug)
            }
            loaded.subtract(residency.release(slug))
            #expect(residency.residentBytes <= 130)
            #expect(loaded.contains(slug))
        }
    }
}
