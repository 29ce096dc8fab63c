import Testing

@testable import Worker

@Suite("Who was heard of")
struct FleetTableTests {
    private let start = ContinuousClock.now

    private func hosts(_ table: FleetTable, after seconds: Int, but own: String = "") -> [String] {
        table.rows(at: start + .seconds(seconds), but: own).map(\.report.host)
    }

    @Test("Roles are sorted, oneself is left out, and the latest word counts")
    func latest() throws {
        var table = FleetTable()
        for host in ["b", "c", "a"] { table.hear(FleetReportTests.report(host), at: start) }
        table.hear(FleetReportTests.report("z", role: "fetch"), at: start)
        #expect(hosts(table, after: 0) == ["z", "a", "b", "c"])
        #expect(hosts(table, after: 0, but: FleetReportTests.report("b").key) == ["z", "a", "c"])
        var later = FleetReportTests.report("a")
        later.done = 99
        table.hear(later, at: start + .seconds(5))
        let row = try #require(table.rows(at: start + .seconds(8), but: "").first { $0.report.host == "a" })
        #expect(row.report.done == 99 && row.age == .seconds(3))
    }

    @Test("One that is not heard of ages and is forgotten after ten minutes, one that has said goodbye after one")
    func forgotten() {
        var table = FleetTable()
        table.hear(FleetReportTests.report("silent"), at: start)
        var ended = FleetReportTests.report("ended")
        ended.hasEnded = true
        table.hear(ended, at: start)
        #expect(hosts(table, after: 59) == ["ended", "silent"])
        #expect(hosts(table, after: 60) == ["silent"])
        #expect(hosts(table, after: 599) == ["silent"])
        #expect(hosts(table, after: 600) == [])
    }

    @Test("Whoever makes up thousands of roles drives out the longest silent, and fills no memory")
    func crowd() {
        var table = FleetTable()
        table.hear(FleetReportTests.report("first"), at: start)
        for number in 0..<5_000 {
            table.hear(FleetReportTests.report("host-\(number)"), at: start + .milliseconds(number + 1))
            if number.isMultiple(of: 100) {
                table.hear(FleetReportTests.report("alive"), at: start + .milliseconds(number + 1))
            }
        }
        let left = hosts(table, after: 6)
        #expect(left.count == FleetTable.capacity && left.contains("alive") && !left.contains("first"))
    }
}
