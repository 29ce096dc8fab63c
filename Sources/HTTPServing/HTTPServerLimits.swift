/// The limits of one server.
package struct HTTPServerLimits: Sendable {
    /// Bytes of the request line and of all headers together; a longer head is answered 431.
    package var headBytes = 16 << 10
    /// Headers of a request.
    package var headerCount = 100
    /// Bytes of one request's body; a longer one is answered 413.
    package var bodyBytes = 64 << 10
    /// Bytes of all bodies that are in memory at one time; what would go beyond is answered 503.
    package var bodyBytesInAll = 4 << 20

    /// Requests of one connection that wait behind the one being answered; more are answered 429, since a few bytes each would keep the
    /// thread busy for seconds.
    package var requestsWaiting = 4

    /// Connections in all; one more closes the connection that has waited longest without a whole request.
    package var connections = 128
    /// Connections of one address, held to as `connections` is.
    package var connectionsPerAddress = 64

    /// How long a request's head may take.
    package var headPatience = Duration.seconds(10)
    /// How long a request's body may take.
    package var bodyPatience = Duration.seconds(30)
    /// How long a connection may stay silent: between two requests, in the middle of a body, and while it waits for its answer
    /// after it has closed its own direction.
    package var idlePatience = Duration.seconds(30)
    /// How long a piece of an answer may wait for a client that does not read.
    package var writePatience = Duration.seconds(20)
    /// How long a client may take to close after the last answer.
    package var closePatience = Duration.seconds(2)

    /// The limits of a port that answers small questions.
    package init() {}
}
