import Testing

@testable import Lab
@testable import Worker

@Suite("Programs measured in turn")
struct BenchProgramTests {
    private func program(_ script: String) -> BenchProgram {
        BenchProgram(path: "/bin/sh", arguments: ["-c", script], environment: ["WORD": "2.5"])
    }

    @Test("The seconds are what it prints, and its processor time is counted")
    func good() async throws {
        let sample = try await program("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo $WORD").run(count: 10)
        #expect(sample.seconds == 2.5 && sample.rate == 4)
        #expect(sample.cpuSeconds > 0)
    }

    @Test("One that fails, prints no number, or is not there is named", arguments: ["echo 1; exit 3", "echo no", ""])
    func bad(script: String) async {
        let error = await #expect(throws: CommandFailure.self) { try await program(script).run(count: 1) }
        #expect(error.map { "\($0)".contains("/bin/sh") } == true)
        let missing = BenchProgram(path: "/nowhere/program", arguments: [], environment: [:])
        await #expect(throws: CommandFailure.self) { try await missing.run(count: 1) }
    }
}
