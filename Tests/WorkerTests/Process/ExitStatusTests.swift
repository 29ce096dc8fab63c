import Antenna
import Inference
import Telemetry
import Testing
import Transport

@testable import Worker

@Suite("The status that an error ends the program with")
struct ExitStatusTests {
    @Test("is 78 for what another start finds as it is, and 1 for what may pass")
    func status() {
        let refused = AntennaError(.authentication, operation: "jobs.list", message: "no")
        let away = AntennaError(.transport, operation: "jobs.list", message: "no")
        let device = InferenceError(.deviceUnavailable, operation: "session.load", message: "no")
        let memory = InferenceError(.outOfMemory, operation: "session.load", message: "no")
        let spool = SpoolError(.untrusted, operation: "spool.open", message: "no")
        let lasting: [any Error] = [refused, device, spool]
        let passing: [any Error] = [away, memory]
        #expect(lasting.map { ExitStatus.status(of: $0) } == [78, 78, 78])
        #expect(passing.map { ExitStatus.status(of: $0) } == [1, 1])
        #expect(ExitStatus.status(of: CommandFailure("no")) == 1)
        #expect(ExitStatus.status(of: CancellationError()) == nil)
    }
}
