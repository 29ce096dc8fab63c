import Broker

/// The facts that a relay needs to post a result, carried through the fleet in the correlation id.
///
/// A worker gives the correlation id back unread, so any relay can post any result, also one that was started later. ``RelaySeal`` makes
/// correlation ids and knows its own.
package struct RelayTicket: Sendable, Hashable {
    /// The relay that reserved the task.
    package let relay: String
    /// The job the task belongs to.
    package let jobID: Int
    /// Antenna's reply subject.
    package let replySubject: String

    static let mark = "antenna-relay-2"

    package init(relay: String, jobID: Int, replySubject: String) {
        self.relay = relay
        self.jobID = jobID
        self.replySubject = replySubject
    }

    /// Reads what is written, and the code beside it, of which nothing is known yet; nil when it is no ticket.
    static func read(_ text: String) -> (ticket: RelayTicket, code: String)? {
        guard text.utf8.count <= TaskMessage.longestText else { return nil }
        let parts = text.split(separator: " ", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == mark, !parts[1].isEmpty, !parts[4].isEmpty, let jobID = Int(parts[2]) else {
            return nil
        }
        return (RelayTicket(relay: String(parts[1]), jobID: jobID, replySubject: String(parts[4])), String(parts[3]))
    }

    /// Writes it, with the code that proves it.
    func text(code: String) -> String { "\(Self.mark) \(relay) \(jobID) \(code) \(replySubject)" }
}

extension ResultKey {
    /// Names the answer to a task of Antenna's, by the delivery it answers.
    init(posting taskID: String, ticket: RelayTicket) {
        self.init("antenna:posted:v1:\(taskID):", digestOf: ["\(ticket.jobID)", ticket.replySubject])
    }
}
