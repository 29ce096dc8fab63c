/// Settles a source's leases.
///
/// `RESTTaskSource` posts the result, `AMQPTaskDelivery` publishes it and acknowledges its delivery, `FileTaskSource` hands it over. ``Lease``
/// ensures that it is called exactly once.
package protocol LeaseSettling: Sendable {
    /// Publishes and acknowledges, or gives back. Called once for each lease.
    ///
    /// - Throws: When the settlement could not be carried out; the source then redelivers the task.
    func settle(_ task: ImageTask, _ settlement: Settlement) async throws

    /// Whether the source has taken the task back meanwhile and hands it out again, to this worker or another.
    var isGone: Bool { get }
}

extension LeaseSettling {
    /// A source that cannot tell takes nothing back.
    package var isGone: Bool { false }
}
