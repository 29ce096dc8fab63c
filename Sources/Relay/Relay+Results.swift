import Antenna
import Broker
import Concurrency
import JSON
import Logging
import Pipeline
import Synchronization
import Telemetry
import Transport

extension Relay {
    func makeResultsSubscription() -> AMQPSubscription {
        let tasks = settings.pipelines.flatMap { TaskQueueName.both(.tasks, of: $0) }
            .flatMap(AMQPTopology.declarations(for:))
        return AMQPSubscription(
            connection: consuming,
            queue: AMQPTopology.relayResultsQueue,
            prefetch: settings.postsInFlight,
            declarations: settings.declares ? AMQPTopology.relayDeclarations + tasks : [],
            backoff: settings.backoff,
            logger: logger
        )
    }

    /// Posts results, as many at a time as the prefetch lets through.
    func postResults(from subscription: AMQPSubscription) async {
        await withDiscardingTaskGroup { posts in
            await subscription.run { delivery in
                let lane = Lane(priority: delivery.message.priority)
                posts.addTask { await Lane.$current.withValue(lane) { await self.post(delivery) } }
            }
        }
    }

    private func post(_ delivery: AMQPDelivery) async {
        do throws(TransportError) {
            guard let taskID = delivery.message.messageID, !taskID.isEmpty, let text = delivery.message.correlationID,
                let ticket = seal.open(text, of: taskID)
            else {
                return try await deadLetter(
                    delivery,
                    reason:
                        "no result of a relayed task: its correlation id is not that of this task by a relay with this token"
                )
            }
            do throws(JSONError) {
                try JSONValidator.checkObject(delivery.message.body)
            } catch {
                return try await deadLetter(delivery, reason: "no result: \(error)")
            }
            let result = OutgoingResult(
                jobID: ticket.jobID,
                replySubject: ticket.replySubject,
                taskID: taskID,
                json: delivery.message.body
            )
            let postedBefore = statistics.posted.value
            switch await postOnce(result, as: ResultKey(posting: taskID, ticket: ticket)) {
            case .taken:
                consuming.ack(delivery)
            case .refused(let error):
                try await deadLetter(delivery, reason: error.description)
            case .later where isDraining || Task.isCancelled:
                consuming.nack(delivery, requeue: true)
                return
            case .later(let error):
                // While nothing is taken at all, it is not the result's fault.
                let turns = delivery.message.tried + (statistics.posted.value > postedBefore ? 1 : 0)
                guard turns >= settings.mostTurns else { return try await putLast(delivery, turns: turns) }
                let tries = "\(turns) turns of \(settings.triesATurn) tries"
                try await deadLetter(delivery, reason: "in \(tries) Antenna took others and not this one: \(error)")
            }
            await answered(taskID, ticket)
        } catch {
            // Else the broker would deliver it again at once, and again.
            await publisher.pauseBeforeRetry(attempts: delivery.deliveryCount)
            consuming.nack(delivery, requeue: true)
        }
    }

    /// Answers a task that cannot be relayed.
    func refuse(_ lease: Lease, because reason: String, _ ticket: RelayTicket) async {
        let result = OutgoingResult(
            jobID: ticket.jobID,
            replySubject: ticket.replySubject,
            taskID: lease.task.id,
            json: EncodedResult.error(reason, for: lease.task).json
        )
        switch await post(result) {
        case .taken: await finish(lease)
        case .refused(let error), .later(let error): await settle(lease, .retry(reason: error.description))
        }
    }

    /// Posts a result unless it was posted before.
    ///
    /// A worker whose confirm was lost publishes its result again, and the two copies come close together: the second waits here until it
    /// is known what became of the first. Copies at two relays are both posted: to ask another process for each result would cost more than
    /// that does, since Antenna settles by image and finds the same boxes.
    private func postOnce(_ result: OutgoingResult, as name: ResultKey) async -> PostOutcome {
        do {
            return try await postsUnderWay.withLock(for: name) {
                if await posted.contains(name) {
                    statistics.duplicates.add()
                    return .taken
                }
                let outcome = await post(result)
                if case .taken = outcome {
                    await posted.insert(name)
                    statistics.posted.add()
                }
                return outcome
            }
        } catch {
            return .later(AntennaError(.cancelled, operation: "result.post", message: "cancelled while waiting"))
        }
    }

    /// Posts until Antenna has answered for good, the result's turn is over, or the relay drains.
    private func post(_ result: OutgoingResult) async -> PostOutcome {
        var misses = 0
        while true {
            let change = draining.next
            do throws(AntennaError) {
                return PostOutcome(refusal: try await client.post(result))
            } catch {
                switch error.code {
                case .refused, .forbidden, .notFound, .methodNotAllowed:
                    // Forbidden is a matter of one job: held here, its results would take the places of all others.
                    if let excuse = result.excuse(for: error), case .later(let failure) = await post(excuse) {
                        return .later(failure)
                    }
                    return .refused(error)
                case .transport, .authentication, .rateLimited, .unavailable, .redirected, .foreignAnswer,
                    .malformedAnswer, .configuration, .cancelled:
                    guard !isDraining, !Task.isCancelled else { return .later(error) }
                    warn("Results cannot be posted; they wait in RabbitMQ", "\(error)")
                    misses += 1
                    let delay = state.withLock { settings.backoff.delay(failures: misses, using: &$0.generator) }
                    await clock.pause(for: max(delay, error.retryAfter ?? .zero), orUntil: change)
                    // A turn does not end while nothing can be put behind the others.
                    let isTurnOver = misses >= settings.triesATurn && publishing.takesPublishes
                    guard !isDraining, !Task.isCancelled, !isTurnOver else { return .later(error) }
                }
            }
        }
    }

    /// Puts a result behind those that wait, so that one that Antenna never takes does not keep a place from them.
    private func putLast(_ delivery: AMQPDelivery, turns: Int) async throws(TransportError) {
        try await publisher.publish(
            delivery.message.copy(tried: turns),
            exchange: "",
            routingKey: AMQPTopology.relayResultsQueue
        )
        consuming.ack(delivery)
    }

    private func deadLetter(_ delivery: AMQPDelivery, reason: String) async throws(TransportError) {
        let letter = DeadLetter.encode(
            delivery.message,
            from: AMQPTopology.relayResultsQueue,
            attempts: delivery.attempts(from: AMQPTopology.relayResultsQueue),
            reason: reason
        )
        try await publisher.publish(
            letter,
            exchange: AMQPTopology.deadExchange,
            routingKey: AMQPTopology.relayDeadLetters.pipeline
        )
        statistics.refused.add()
        warn("A result went to the dead letters", reason)
        consuming.ack(delivery)
    }

    func warn(_ sentence: Logger.Message, _ error: String) {
        warnings.note(sentence, [LogKey.error: "\(error)"])
    }
}
