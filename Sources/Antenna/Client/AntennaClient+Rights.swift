import Telemetry
import Transport

extension AntennaClient {
    /// Finds out what the token's user may do with a job, by calls that ask for nothing: a server judges the right first, and
    /// turns the rest down.
    ///
    /// - Throws: ``AntennaError`` when that could not be found out; `authentication` when the token itself is refused.
    package func rights(onJob id: Int) async throws(AntennaError) -> AntennaJobRights {
        AntennaJobRights(
            mayTakeTasks: try await mayPost(to: address.tasks(job: id), Array(#"{"batch_size":0}"#.utf8)),
            mayPostResults: try await mayPost(to: address.result(job: id), Array("{}".utf8))
        )
    }

    /// Whether the server knows who asks: one that shows its jobs to everybody says of nobody's token that it is missing.
    ///
    /// - Returns: nil where the server does not say.
    /// - Throws: ``AntennaError`` when that could not be found out; `authentication` when a token was shown and is refused.
    package func knowsUser() async throws(AntennaError) -> Bool? {
        do throws(AntennaError) {
            _ = try await call(.get, address.user, operation: "user.read")
            return true
        } catch {
            if error.code == .authentication, !hasToken { return false }
            guard error.meansHidden else { throw error }
            return nil
        }
    }

    private func mayPost(to url: String, _ body: [UInt8]) async throws(AntennaError) -> Bool {
        do throws(AntennaError) {
            _ = try await call(.post, url, body: body, operation: "rights.read")
            return true
        } catch {
            switch error.code {
            case .forbidden: return false
            case .refused: return true
            default: throw error
            }
        }
    }
}
