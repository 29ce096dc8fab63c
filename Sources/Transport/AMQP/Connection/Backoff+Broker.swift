package import Concurrency

extension Backoff {
    /// The waits between attempts to reach a broker, or to do there what it refuses: nearly full jitter, since a broker that comes back is met
    /// by a whole fleet.
    package static let broker = Backoff(first: .milliseconds(250), most: .seconds(15), jitter: 0.1...1)
}
