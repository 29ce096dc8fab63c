import Concurrency
import Logging
import Telemetry

extension AMQPLoop {
    /// Takes one frame.
    func handle(_ received: AMQPInboundFrame) {
        switch received {
        case .channel(let number, let frame):
            let index = Int(number) - 1
            guard channels.indices.contains(index) else {
                fault = AMQPChannelStateMachine.violation("a frame on channel \(number), which is not open")
                return
            }
            perform(channels[index].receive(frame, openings: &openings), on: index)
        case .connection(.closed(let code, let reason)):
            mustConfirmClose = true
            fault = .amqp(replyCode: code, reason: reason, operation: "broker.keep")
        case .connection(.closeConfirmed):
            isCloseConfirmed = true
        case .connection(.blocked(let reason)):
            isBlocked = true
            mailbox.enter(.blocked(reason: reason))
            logger.warning(
                "RabbitMQ takes no messages; what is to be published is held",
                metadata: [LogKey.reason: "\(reason)"]
            )
        case .connection(.unblocked):
            isBlocked = false
            unblockedAt = .now
            mailbox.enter(.connected)
            logger.notice("RabbitMQ takes messages again")
        case .connection(.unexpected(let method)):
            fault = AMQPChannelStateMachine.violation("method \(method) that we cannot have asked for")
        }
    }

    /// Carries out what a channel's state machine says.
    func perform(_ actions: [AMQPChannelStateMachine.Action], on index: Int) {
        for action in actions {
            switch action {
            case .deliver(let delivery, let tag):
                guard took(delivery.deliveryTag, onChannelAt: index) else { return }
                mailbox.withLedger { $0.delivered(delivery.deliveryTag, in: delivery.epoch) }
                deliver(delivery, to: tag)
            case .complete(let id, let result):
                complete(id, result)
            case .refused(let id, let error):
                refused(id, error)
            case .settle(let id, let result):
                note(result)
                mailbox.complete(publish: id, result)
            case .refuse(let tag, let bytes):
                guard took(tag, onChannelAt: index) else { return }
                answers[index].answer(tag, .reject(requeue: false))
                warnOfRefusal(bytes)
            case .consumerCancelled(let tag):
                consumers.removeValue(forKey: tag)?.consumer.deliveries.finish(throwing: Self.cancelledByBroker)
            case .confirmClose(let error):
                closedByBroker(index, error)
            case .opened(let epoch):
                mailbox.withLedger { $0.opened(epoch) }
                if index == Role.consume.rawValue { for tag in consumers.keys.sorted() { establish(tag) } }
            case .fail(let error):
                fault = error
            }
        }
    }

    /// Notes whether the broker takes what is published.
    private func note(_ result: Result<Void, TransportError>) {
        switch result {
        case .success:
            session?.hasWorked = true
            refusedSince = nil
        case .failure(let error) where error.code == .nacked:
            if refusedSince == nil { refusedSince = .now }
        case .failure:
            break
        }
    }

    /// Notes a delivery; a tag that does not ascend ends the connection, because acknowledging several at once would be unsafe.
    private func took(_ tag: UInt64, onChannelAt index: Int) -> Bool {
        guard answers[index].delivered(tag) else {
            fault = AMQPChannelStateMachine.violation("delivery tag \(tag) out of order")
            return false
        }
        return true
    }

    private func deliver(_ delivery: AMQPDelivery, to tag: String) {
        if consumers[tag]?.consumer.deliveries.push(delivery) == true { return }
        if mailbox.withLedger({ $0.settle(delivery.deliveryTag, in: delivery.epoch) }) == .accepted {
            // Sent before the broker read our cancel: nobody will take it.
            answer(delivery.deliveryTag, in: delivery.epoch, .nack(requeue: true))
        }
    }

    private func complete(_ id: UInt64, _ result: AMQPMailbox.Reply) {
        switch (purposes.removeValue(forKey: id), result) {
        case (.topology, _):
            restoring -= 1
        case (.consume(let tag), .success(let reply)):
            if let request = consumers[tag]?.request { mailbox.complete(request: request, .success(reply)) }
            consumers[tag]?.request = nil
            consumers[tag]?.phase = .established
        case (.consume, .failure), (.prefetch, _):
            break
        case (nil, _):
            let request = asked.removeValue(forKey: id)
            if let request, case .success(let reply) = result { note(request, reply) }
            mailbox.complete(request: id, result)
        }
    }

    /// Remembers what is worth repeating after a reconnect, and forgets what was deleted.
    private func note(_ request: AMQPRequest, _ reply: AMQPReply) {
        switch (request, reply) {
        case (.declare(let declaration), _) where declaration.isActive:
            if !topology.contains(declaration) { topology.append(declaration) }
        case (.delete(let queue), _):
            topology.removeAll { $0.concerns(queue: queue) }
        case (_, .message(let delivery, _)):
            guard took(delivery.deliveryTag, onChannelAt: Int(delivery.epoch.channel) - 1) else { return }
            mailbox.withLedger { $0.delivered(delivery.deliveryTag, in: delivery.epoch) }
        default:
            break
        }
    }

    private func refused(_ id: UInt64, _ error: TransportError) {
        switch purposes.removeValue(forKey: id) {
        case .topology(let declaration):
            restoring -= 1
            logger.error(
                "RabbitMQ refuses what was declared before the connection was lost",
                metadata: [LogKey.declaration: "\(declaration)", LogKey.error: "\(error)"]
            )
        case .consume(let tag):
            guard let entry = consumers.removeValue(forKey: tag) else { return }
            if let request = entry.request { mailbox.complete(request: request, .failure(error)) }
            entry.consumer.deliveries.finish(throwing: error)
        case .prefetch:
            break
        case nil:
            asked[id] = nil
            mailbox.complete(request: id, .failure(error))
        }
    }

    private func closedByBroker(_ index: Int, _ error: TransportError) {
        // Who asked for what was refused is told so, and says it where it matters.
        let isAnswer = error.operation != "message.publish" && error.operation != "channel.keep"
        logger.log(
            level: isAnswer ? .debug : .warning,
            "RabbitMQ closed a channel; it is opened again",
            metadata: [LogKey.channel: "\(index + 1)", LogKey.error: "\(error)"]
        )
        if let timeout = error.consumerTimeout { mailbox.learn(consumerTimeout: timeout) }
        unconfirmedCloses.append(UInt16(index + 1))
        closeDeliveries(ofChannelAt: index)
        switch Role(rawValue: index) {
        case .publish:
            partial = nil
        case .consume:
            perform(channels[index].abandonWaiting(error), on: index)
            for (tag, var entry) in consumers {
                _ = entry.consumer.deliveries.takeAll()
                entry.phase = .idle
                consumers[tag] = entry
            }
        case .control, nil:
            break
        }
    }

    private func warnOfRefusal(_ bytes: UInt64) {
        warnings.note(
            "A message is too large and goes to the dead letters",
            level: .error,
            [LogKey.bytes: "\(bytes)"]
        )
    }

    private static var cancelledByBroker: TransportError {
        TransportError(
            .notFound,
            operation: "queue.consume",
            message: "the broker cancelled the consumer: its queue was deleted or is being moved",
            isRetriable: true
        )
    }
}
