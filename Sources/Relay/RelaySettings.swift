package import Broker
package import Concurrency
import Transport

/// How a relay works between Antenna and RabbitMQ.
package struct RelaySettings: Sendable, Hashable {
    /// The pipelines whose tasks are relayed; their queues are declared.
    package var pipelines: [String]
    /// This relay's name, unlike any other's.
    ///
    /// Default: random.
    package var id = String(UInt64.random(in: .min ... .max), radix: 36)
    /// Results being posted at the same time, and as many in memory; 1 or more.
    ///
    /// Default: 8.
    package var postsInFlight = 8
    /// How often a result is tried before those behind it have their turn, 1 or more.
    ///
    /// Default: 8, which takes most of a minute.
    package var triesATurn = 8
    /// In how many turns Antenna may take others and not this one, before it goes to the dead letters; 1 or more.
    ///
    /// Default: 10.
    package var mostTurns = 10
    /// Tasks being published at the same time, 1 or more.
    ///
    /// Default: 64.
    package var publishesInFlight = 64
    /// Whether queues and exchanges are declared; else they must be there.
    ///
    /// Default: yes.
    package var declares = true
    /// The waits between attempts to publish, consume and post.
    ///
    /// Default: 0.25 s up to 15 s.
    package var backoff = Backoff.broker

    /// The defaults.
    package init(pipelines: [String]) {
        self.pipelines = pipelines
    }
}

extension AMQPTopology {
    /// Where results wait for a relay; shared by all of them, and the reply subject of what they relay.
    package static let relayResultsQueue = "antenna.results.relay"
    /// Where results go that Antenna will never take.
    package static let relayDeadLetters = TaskQueueName(.dead, pipeline: "relay")

    /// The topology for results of relayed tasks, whichever exchange the workers publish to.
    static var relayDeclarations: [AMQPDeclaration] {
        let arguments: [String: AMQPValue] = [
            "x-queue-type": "quorum",
            // Results come back while Antenna is away, as often as relays are restarted: brokers with a limit of their own drop them.
            "x-delivery-limit": 1_000_000,
            "x-dead-letter-exchange": .string(deadExchange),
            "x-dead-letter-routing-key": .string(relayDeadLetters.pipeline),
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        ]
        return declarations(for: relayDeadLetters) + [
            .exchange(name: resultsExchange, type: "topic"),
            .queue(name: relayResultsQueue, arguments: arguments),
            .binding(queue: relayResultsQueue, exchange: resultsExchange, routingKey: relayResultsQueue),
        ]
    }
}
