import Testing

@testable import LocalAntenna

@Suite struct FaultPlanTests {
    private static func settings(_ change: (inout FaultSettings) -> Void) -> FaultSettings {
        var settings = FaultSettings()
        change(&settings)
        return settings
    }

    private static func calls(_ count: Int, _ plan: FaultPlan) -> [APIFault?] {
        var plan = plan
        return (0..<count).map { _ in plan.nextCall() }
    }

    @Test func nothingFailsUnlessAskedFor() {
        var plan = FaultPlan(settings: FaultSettings(), seed: 1)
        #expect(Self.calls(1_000, plan).allSatisfy { $0 == nil })
        #expect(plan.nextPost() == nil)
        #expect(plan.nextImage() == .zero)
    }

    @Test func theSameSeedFailsTheSameCalls() {
        let settings = Self.settings { $0.failRate = 0.3 }
        let first = Self.calls(500, FaultPlan(settings: settings, seed: 42))
        #expect(first == Self.calls(500, FaultPlan(settings: settings, seed: 42)))
        #expect(first != Self.calls(500, FaultPlan(settings: settings, seed: 43)))
        #expect((100...200).contains(first.count { $0 != nil }))
        #expect(Set(first.compactMap { $0.map(String.init(describing:)) }).count == 3)
    }

    @Test func failuresComeInBurstsOfTheLengthGiven() {
        let settings = Self.settings {
            $0.failRate = 0.05
            $0.failBurst = 4
        }
        let runs = Self.calls(2_000, FaultPlan(settings: settings, seed: 3)).split { $0 == nil }.dropLast()
        #expect(!runs.isEmpty)
        #expect(runs.allSatisfy { $0.count.isMultiple(of: 4) })
    }

    @Test func postsAreLostInEveryWay() {
        var plan = FaultPlan(settings: Self.settings { $0.lostPostRate = 1 }, seed: 1)
        let ways = (0..<50).compactMap { _ in plan.nextPost() }
        #expect(ways.count == 50)
        #expect(LostAnswer.allCases.allSatisfy(ways.contains))
    }
}
