import Foundation
import Testing

@testable import Antenna

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
