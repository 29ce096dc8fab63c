import TestSupport
import Testing

/// The tests that start servers of their own: one after the other, for the sake of machines with few cores.
@Suite(.serialized, .enabled(if: TestServers.areWanted, "starts RabbitMQ and Redis"))
struct ServerTests {}
