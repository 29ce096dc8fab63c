import Broker
import Crypto
import Foundation

/// Makes and knows the correlation ids of relayed tasks, which nobody can make without Antenna's token.
///
/// What a relay posts it posts with that token, so it must not believe just anybody what a result is the answer to. The key comes from
/// the token: the relays of a fleet agree on it without a further setting, and workers, which have no token, cannot make one up.
package struct RelaySeal: Sendable {
    private let key: SymmetricKey

    /// Derives the key.
    ///
    /// - Parameter token: Antenna's API token; without one everybody can seal, and nothing is posted that needs one.
    package init(token: String) {
        key = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: Data("antenna-worker\n\(token)".utf8)),
            info: Data(RelayTicket.mark.utf8),
            outputByteCount: 32
        )
    }

    /// The correlation id of a task.
    package func seal(_ ticket: RelayTicket, of taskID: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Self.content(of: ticket, taskID), using: key)
        return ticket.text(code: Data(code).base64EncodedString())
    }

    /// Reads a correlation id; nil when it was not made here, or for another task.
    package func open(_ text: String, of taskID: String) -> RelayTicket? {
        guard let (ticket, code) = RelayTicket.read(text), let code = Data(base64Encoded: code),
            HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Self.content(of: ticket, taskID), using: key)
        else { return nil }
        return ticket
    }

    /// Whether the correlation id fits into a property of AMQP.
    func fits(_ ticket: RelayTicket, of taskID: String) -> Bool {
        seal(ticket, of: taskID).utf8.count <= TaskMessage.longestText
    }

    /// The authenticated bytes, each part with its length, so that none can pass for the end of the one before.
    private static func content(of ticket: RelayTicket, _ taskID: String) -> Data {
        let parts = [ticket.relay, "\(ticket.jobID)", taskID, ticket.replySubject]
        return Data(parts.map { "\($0.utf8.count):\($0)" }.joined().utf8)
    }
}
