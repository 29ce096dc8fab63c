import Concurrency

extension AMQPLoop {
    /// Takes what callers asked since the last time.
    func takeCommands() {
        for command in mailbox.commands.take().commands {
            switch command {
            case .request(let id, let request):
                asked[id] = request
                channels[Role.control.rawValue].enqueue(request, id: id)
            case .publish(let publish):
                pending.append(publish, in: publish.lane)
            case .settle(let tag, let epoch, let answer):
                self.answer(tag, in: epoch, answer)
            case .consume(let id, let consumer, let prefetch, let arguments):
                consumers[consumer.tag] = ConsumerEntry(
                    consumer: consumer,
                    prefetch: prefetch,
                    arguments: arguments,
                    request: id
                )
                if channels[Role.consume.rawValue].isOpen { establish(consumer.tag) }
            case .cancel(let id, let consumerTag):
                cancel(consumerTag, request: id)
            case .close:
                isClosing = true
            }
        }
        if isBlocked { pending.removeAll { !mailbox.isAwaited(publish: $0.id) } }
    }

    /// Takes the answer to a delivery; it is forgotten when the channel is another one by now.
    func answer(_ tag: UInt64, in epoch: AMQPChannelEpoch, _ answer: AMQPSettlement) {
        let index = Int(epoch.channel) - 1
        if channels[index].epoch == epoch { answers[index].answer(tag, answer) }
    }

    /// Makes a request of the loop's own.
    func request(_ request: AMQPRequest, on role: Role, for purpose: Purpose) {
        let id = mailbox.makeID()
        purposes[id] = purpose
        channels[role.rawValue].enqueue(request, id: id)
    }

    /// Asks for the deliveries of a consumer on the open channel.
    ///
    /// The prefetch count holds for consumers begun after it, so each consumer has its own.
    func establish(_ tag: String) {
        guard var entry = consumers[tag], entry.phase == .idle else { return }
        entry.phase = .asked
        consumers[tag] = entry
        request(.setPrefetch(entry.prefetch), on: .consume, for: .prefetch)
        request(
            .consume(queue: entry.consumer.queue, consumerTag: tag, arguments: entry.arguments),
            on: .consume,
            for: .consume(consumerTag: tag)
        )
    }

    /// The channel of the consumers is gone: what they hold is stale, and they must be asked for again.
    ///
    /// Those whose first answer somebody waits for fail, because the caller can decide better.
    func suspendConsumers(_ error: TransportError) {
        for (tag, var entry) in consumers {
            _ = entry.consumer.deliveries.takeAll()
            if let request = entry.request {
                mailbox.complete(request: request, .failure(error))
                entry.consumer.deliveries.finish(throwing: error)
                consumers[tag] = nil
            } else {
                entry.phase = .idle
                consumers[tag] = entry
            }
        }
    }

    private func cancel(_ tag: String, request id: UInt64) {
        guard let entry = consumers.removeValue(forKey: tag) else {
            mailbox.complete(request: id, .success(.cancelled(consumerTag: tag)))
            return
        }
        if let request = entry.request { mailbox.complete(request: request, .failure(AMQPMailbox.closed)) }
        if entry.phase != .idle, channels[Role.consume.rawValue].isOpen {
            channels[Role.consume.rawValue].enqueue(.cancel(consumerTag: tag), id: id)
        } else {
            mailbox.complete(request: id, .success(.cancelled(consumerTag: tag)))
        }
    }
}
