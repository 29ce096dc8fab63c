import Foundation
import Inference
import TestSupport
import Testing

@testable import Antenna
@testable import Inference

@Suite struct PipelineExpectationTests {
    private let ours = PipelineExpectation(slug: "moths", detector: "finder", algorithms: ["finder", "namer"])
    private let finder = AntennaAlgorithm(key: "finder", version: 1, taskType: "localization")
    private let namer = AntennaAlgorithm(key: "namer", version: 1, taskType: "classification")

    private func problem(_ algorithms: [AntennaAlgorithm]?, isEnabled: Bool? = nil) -> String? {
        ours.problem(among: [AntennaPipeline(slug: "moths", algorithms: algorithms, isEnabled: isEnabled)])
    }

    @Test func whatIsRegisteredIsWell() {
        #expect(problem([finder, namer]) == nil)
        #expect(problem([finder, namer], isEnabled: true) == nil)
    }

    @Test func whatTheServerLeavesOutIsTakenToBeWell() {
        #expect(problem(nil) == nil)
        #expect(problem([AntennaAlgorithm(key: "finder"), AntennaAlgorithm(key: "namer")]) == nil)
    }

    @Test func eachReasonToDropResultsIsNamed() {
        #expect(ours.problem(among: [])?.contains("not registered") == true)
        #expect(ours.problem(among: [AntennaPipeline(slug: "bees")])?.contains("not registered") == true)
        #expect(problem([finder, namer], isEnabled: false)?.contains("not enabled") == true)
        #expect(problem([finder])?.contains("without namer") == true)
        let second = AntennaAlgorithm(key: "old finder", taskType: "detection")
        #expect(problem([finder, namer, second])?.contains("2 detectors") == true)
        let wrong = AntennaAlgorithm(key: "finder", taskType: "classification")
        #expect(problem([wrong, namer])?.contains("no detector") == true)
    }

    @Test func aRoleThatKnowsOnlyTheNameLooksForThatAndOneDetector() {
        let relay = PipelineExpectation(slug: "moths")
        #expect(relay.problem(among: [AntennaPipeline(slug: "moths", algorithms: [finder])]) == nil)
        #expect(relay.problem(among: []) != nil)
    }

    @Test func whatTheServerCallsThingsReachesNoTerminal() {
        let second = AntennaAlgorithm(key: "x\u{1B}[2J\n\u{202E}y", taskType: "detection")
        let text = problem([finder, namer, second]) ?? ""
        #expect(text.contains("x [2J y"))
    }
}

@Suite struct RegistrationBookTests {
    private let expectation = PipelineExpectation(slug: "moths")

    @Test func whatIsWrongIsLookedAtSoonAndWhatIsWellSeldom() {
        var book = RegistrationBook()
        #expect(book.problems(inProject: 1, now: .zero) == nil)
        book.learn([], for: [expectation], inProject: 1, now: .zero)
        #expect(book.problems(inProject: 1, now: .seconds(29))?.keys.sorted() == ["moths"])
        #expect(book.problems(inProject: 1, now: .seconds(30)) == nil)
        book.learn([AntennaPipeline(slug: "moths")], for: [expectation], inProject: 1, now: .seconds(30))
        #expect(book.problems(inProject: 1, now: .seconds(629))?.isEmpty == true)
        #expect(book.problems(inProject: 1, now: .seconds(630)) == nil)
    }

    @Test func aServerThatShowsNothingIsTakenToBeWell() {
        var book = RegistrationBook()
        book.learn(nil, for: [expectation], inProject: 1, now: .zero)
        #expect(book.problems(inProject: 1, now: .zero)?.isEmpty == true)
    }

    @Test func theNumberOfJobsIsBounded() {
        var book = RegistrationBook()
        for id in 0...RegistrationBook.mostJobs { book.learn(job: id, project: 1) }
        #expect(book.project(ofJob: 0) == .none)
        #expect(book.project(ofJob: RegistrationBook.mostJobs) == .some(1))
    }
}

@Suite struct RegistrationReviewTests {
    private func manifest(
        slug: String = "moths",
        name: String = "Moths",
        detector: String = "finder",
        version: Int = 1,
        labels: [String] = ["a", "b"]
    ) -> PipelineRegistration {
        func algorithm(_ name: String, _ key: String, _ version: Int = 1) -> PipelineManifest.Algorithm {
            PipelineManifest.Algorithm(name: name, key: key, version: version, file: "")
        }
        let classifier = AlgorithmRegistration(
            algorithm("Namer", "namer", version),
            taskType: "classification",
            categories: CategoryMapRegistration(labels: labels, taxonRank: nil)
        )
        let finder = AlgorithmRegistration(algorithm("Finder", detector), taskType: "localization", categories: nil)
        return PipelineRegistration(name: name, slug: slug, version: 1, algorithms: [finder, classifier])
    }

    private let theirs = AntennaPipeline(
        slug: "moths",
        name: "Moths",
        algorithms: [
            AntennaAlgorithm(key: "finder", version: 1, taskType: "localization"),
            AntennaAlgorithm(key: "namer", version: 1, taskType: "classification", categoryCount: 2),
        ]
    )

    private func objections(_ ours: PipelineRegistration..., pipelines: [AntennaPipeline]? = nil) -> [String] {
        RegistrationReview(pipelines: pipelines ?? [theirs], algorithms: []).objections(to: ours)
    }

    @Test func theSameAgainAndSomethingNewAreWell() {
        #expect(objections(manifest()).isEmpty)
        #expect(objections(manifest(slug: "bees", name: "Bees", detector: "bee finder")).isEmpty)
        #expect(objections(manifest(version: 7), pipelines: []).isEmpty)
    }

    @Test func anotherVersionOfAKeyWouldBeAnErrorPage() {
        #expect(objections(manifest(version: 2)).first?.contains("version 1 at Antenna and version 2") == true)
    }

    @Test func theVersionOfAKeyCountsWhereverItIsUsed() {
        let review = RegistrationReview(pipelines: [], algorithms: [AntennaAlgorithm(key: "namer", version: 3)])
        #expect(review.objections(to: [manifest()]).first?.contains("new key") == true)
    }

    @Test func otherLabelsUnderAKeyWouldBeIgnored() {
        #expect(objections(manifest(labels: ["a", "b", "c"])).first?.contains("2 categories") == true)
    }

    @Test func aSecondDetectorWouldHaveEveryResultDropped() {
        #expect(objections(manifest(detector: "new finder")).first?.contains("new slug") == true)
    }

    @Test func aNameThatAnotherPipelineHasWouldBeTakenForThat() {
        let other = manifest(slug: "moths_2", detector: "finder")
        #expect(objections(other).first?.contains("name of its own") == true)
    }

    @Test func aNameThatIsTooLongWouldBeAnErrorPage() {
        let long = String(repeating: "x", count: 256)
        #expect(objections(manifest(slug: "long", name: long)).first?.contains("256 characters") == true)
        #expect(objections(manifest(slug: "long", name: String(long.dropLast()))).isEmpty)
    }

    @Test func twoVersionsOfAKeyAmongOurOwnAreOneTooMany() {
        let two = manifest(slug: "other", name: "Other", version: 2)
        #expect(objections(manifest(), two, pipelines: []).first?.contains("version 1 and as version 2") == true)
    }
}
