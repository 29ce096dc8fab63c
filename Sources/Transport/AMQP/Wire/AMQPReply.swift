/// The broker's answer to a request.
enum AMQPReply: Sendable, Hashable {
    case channelOpened
    case channelClosed
    case confirmsSelected
    case prefetchSet
    case consuming(consumerTag: String)
    case cancelled(consumerTag: String)
    case queueDeclared(AMQPQueueStatus)
    case exchangeDeclared
    case bound
    case empty
    case purged(messages: Int)
    case deleted(messages: Int)
    /// Made by the channel's state machine once a message that was asked for has arrived whole.
    case message(AMQPDelivery, remaining: Int)

    /// Whether this answers that request.
    ///
    /// A fetched message arrives in pieces and is matched by the state machine.
    func answers(_ request: AMQPRequest) -> Bool {
        switch (request, self) {
        case (.openChannel, .channelOpened), (.closeChannel, .channelClosed), (.selectConfirms, .confirmsSelected),
            (.setPrefetch, .prefetchSet),
            (.declare(.queue), .queueDeclared), (.declare(.exchange), .exchangeDeclared), (.declare(.binding), .bound),
            (.get, .empty), (.get, .message), (.purge, .purged), (.delete, .deleted):
            true
        case (.consume(_, let asked, _), .consuming(let given)), (.cancel(let asked), .cancelled(let given)):
            asked == given
        default:
            false
        }
    }
}
