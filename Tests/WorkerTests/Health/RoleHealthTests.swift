import Testing

@testable import Worker

@Suite("What two halves of a role show")
struct RoleHealthTests {
    private func check(_ name: String, _ problem: String?) -> RoleHealth {
        RoleHealth(checks: [RoleHealth.Check(name: name, problem: { problem })])
    }

    @Test("checks of the same name are one, which says what is wrong with either")
    func joined() {
        let health = check("results", nil) + check("broker", nil) + check("results", "none are saved")
        #expect(health.checks.map(\.name) == ["results", "broker"])
        #expect(health.checks.first?.problem() == "none are saved")
        let both = check("results", "no queue takes them") + check("results", "none are saved")
        #expect(both.checks.first?.problem() == "no queue takes them")
    }
}
