import Crypto
import Foundation

/// What a relay has to know to post a result, carried through the fleet in the correlation id.
///
/// A worker gives the correlation id back unread, so any relay can post any result, also one that was started later.
package struct RelayTicket: Sendable, Hashable, CustomStringConvertible {
    /// The relay that reserved the task.
    package let relay: String
    /// The job the task belongs to.
    package let jobID: Int
    /// Antenna's reply subject.
    package let replySubject: String

    private static let mark = "antenna-relay-1"

    package init(relay: String, jobID: Int, replySubject: String) {
        self.relay = relay
        self.jobID = jobID
        self.replySubject = replySubject
    }

    /// Reads a correlation id; nil when it is no ticket.
    package init?(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == Self.mark, !parts[1].isEmpty, !parts[3].isEmpty, let jobID = Int(parts[2])
        else { return nil }
        self.init(relay: String(parts[1]), jobID: jobID, replySubject: String(parts[3]))
    }

    /// The correlation id.
    package var description: String { "\(Self.mark) \(relay) \(jobID) \(replySubject)" }

    /// Whether it fits into a property of AMQP.
    var fits: Bool { description.utf8.count <= TaskMessage.longestText }
}

extension ConfirmedResult {
    /// Names the answer to a task of Antenna's, by the delivery it answers.
    init(posting taskID: String, ticket: RelayTicket) {
        let digest = SHA256.hash(data: Data("\(ticket.jobID)\n\(ticket.replySubject)".utf8))
        self.init("antenna:posted:v1:\(taskID):", digest: digest)
    }
}
