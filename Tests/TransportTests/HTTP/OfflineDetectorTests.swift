import Foundation
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Transport

@Suite("A name that is wrong, and a network that is away")
struct OfflineDetectorTests {
    private let failure = TransportError(
        .nameResolution,
        operation: "http.get",
        message: "the host name h cannot be resolved"
    )

    private func resolver(_ status: Int32, _ count: @escaping @Sendable () -> Void = {}) -> HostAddresses.Resolver {
        { _ throws(TransportError) in
            count()
            throw TransportError(.nameResolution, operation: "test", message: "no", nativeCode: status)
        }
    }

    @Test(
        "The name service tells which",
        arguments: [(EAI_AGAIN, true), (EAI_SYSTEM, true), (EAI_NONAME, false), (EAI_FAIL, false)]
    )
    func told(_ status: Int32, _ isTrouble: Bool) async throws {
        let network = OfflineDetector(resolve: resolver(status))
        let error = await network.judged(failure, of: try HTTPURL("http://h/"))
        #expect(error.code == (isTrouble ? .noNetwork : .nameResolution))
        #expect(error.isRetriable)
        #expect(error.message.hasPrefix(failure.message))
    }

    @Test("A name that is resolved after all is judged as before, and so is every other failure")
    func others() async throws {
        let url = try HTTPURL("http://h/")
        let network = OfflineDetector { host throws(TransportError) in [HostAddress(host: host, numeric: "192.0.2.1")] }
        #expect(await network.judged(failure, of: url).code == .nameResolution)
        let other = TransportError(.refused, operation: "http.get", message: "no")
        #expect(await OfflineDetector(resolve: resolver(EAI_AGAIN)).judged(other, of: url).code == .refused)
    }

    @Test("While any host answers it is the name; the name service is not asked again for each image of many")
    func proof() async throws {
        let asked = Atomic(0)
        let url = try HTTPURL("http://h/")
        let start = ContinuousClock.now
        let time = Mutex(start)
        let network = OfflineDetector(resolve: resolver(EAI_AGAIN) { asked.add(1, ordering: .relaxed) }) {
            time.withLock { $0 }
        }
        for _ in 0..<20 { #expect(await network.judged(failure, of: url).code == .noNetwork) }
        #expect(asked.load(ordering: .relaxed) == 1)
        network.answered()
        #expect(await network.judged(failure, of: url).code == .nameResolution)
        #expect(asked.load(ordering: .relaxed) == 1)
        time.withLock { $0 = start + .seconds(31) }
        #expect(await network.judged(failure, of: url).code == .noNetwork)
        #expect(asked.load(ordering: .relaxed) == 2)
    }
}
