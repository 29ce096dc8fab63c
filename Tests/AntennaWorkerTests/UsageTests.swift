import Testing
import Worker

@testable import AntennaWorker

@Suite("The command line")
struct UsageTests {
    @Test("the usage of the command line is status 2, and so are settings")
    func status() async throws {
        for arguments in [
            ["--no-such-flag"], ["no-such-command"], ["check", "--grace"], ["check", "--grace", "soon"],
        ] {
            let status = await CommandRunner.run(
                AntennaWorkerCommand.self,
                arguments: arguments,
                output: { Issue.record("\($0)") },
                complain: { #expect(!$0.isEmpty) }
            )
            #expect(status == ExitStatus.usage, "\(arguments)")
        }
        for arguments in [["--help"], ["--version"], ["check", "--help"]] {
            let status = await CommandRunner.run(
                AntennaWorkerCommand.self,
                arguments: arguments,
                output: { #expect(!$0.isEmpty) },
                complain: { Issue.record("\($0)") }
            )
            #expect(status == ExitStatus.success, "\(arguments)")
        }
    }
}
