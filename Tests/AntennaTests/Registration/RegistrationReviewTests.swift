import Foundation
import Inference
import Testing

@testable import Antenna
@testable import Inference

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
