import Testing

@testable import Antenna

@Suite struct RegistrationCacheTests {
    private let expectation = PipelineExpectation(slug: "moths")

    @Test func whatIsWrongIsLookedAtSoonAndWhatIsWellSeldom() {
        var cache = RegistrationCache()
        #expect(cache.problems(inProject: 1, now: .zero) == nil)
        cache.learn([], for: [expectation], inProject: 1, now: .zero)
        #expect(cache.problems(inProject: 1, now: .seconds(29))?.keys.sorted() == ["moths"])
        #expect(cache.problems(inProject: 1, now: .seconds(30)) == nil)
        cache.learn([AntennaPipeline(slug: "moths")], for: [expectation], inProject: 1, now: .seconds(30))
        #expect(cache.problems(inProject: 1, now: .seconds(629))?.isEmpty == true)
        #expect(cache.problems(inProject: 1, now: .seconds(630)) == nil)
    }

    @Test func aServerThatShowsNothingIsTakenToBeWell() {
        var cache = RegistrationCache()
        cache.learn(nil, for: [expectation], inProject: 1, now: .zero)
        #expect(cache.problems(inProject: 1, now: .zero)?.isEmpty == true)
    }

    @Test func theNumberOfJobsIsBounded() {
        var cache = RegistrationCache()
        for id in 0...RegistrationCache.mostJobs {
            cache.learn(job: id, RegistrationCache.JobFacts(project: 1, images: nil))
        }
        #expect(cache.facts(ofJob: 0) == nil)
        #expect(cache.facts(ofJob: RegistrationCache.mostJobs)?.project == 1)
    }
}
