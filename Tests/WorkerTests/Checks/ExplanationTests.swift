import Testing

@testable import Worker

@Suite("An explanation")
struct ExplanationTests {
    private let plain = Terminal(isInteractive: false, hasColour: false)

    private func explanation(_ findings: CheckReport.Finding...) -> Explanation {
        Explanation(sections: [CheckReport.Section(title: "Job 3", findings: findings)])
    }

    @Test("notes hold nothing up: status 0, and the last line says so")
    func nothing() {
        let fine = explanation(.good("State", "STARTED"), .note("Tasks", "nobody knows"))
        #expect(fine.exitStatus == ExitStatus.success)
        #expect(fine.text(on: plain).hasSuffix("\nNothing seen here holds it up.\n"))
    }

    @Test("what is missing holds it up: status 1, and the reasons come once more at the end")
    func held() {
        let held = explanation(.missing("State", "CREATED\u{1B}[2J\nmore", remedy: "Start it."), .good("Rights", "all"))
        #expect(held.exitStatus == ExitStatus.failure)
        let text = held.text(on: plain)
        #expect(text.contains("    → Start it.\n"))
        #expect(text.hasSuffix("What holds it up\n  1. Job 3: State: CREATED\\u{1b}[2J\n"))
    }

    @Test("JSON has the sections of check, and the reasons by themselves")
    func json() {
        let text = explanation(.missing("State", "CREATED", remedy: "Start it.")).jsonText
        #expect(text.hasPrefix("{\n  \"hold_ups\" : [\n    \"Job 3: State: CREATED\"\n  ],\n  \"sections\" : ["))
        #expect(text.contains("\"remedy\" : \"Start it.\""))
    }
}
