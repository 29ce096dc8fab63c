package import Concurrency

extension ResultPoster {
    /// How results are posted.
    package struct Settings: Sendable {
        /// POSTs at the same time, besides a quarter more for results that somebody waits for.
        ///
        /// Default: 4.
        package var postsInFlight = 4
        /// Attempts before a result goes to the spool.
        ///
        /// Default: 3.
        package var quickAttempts = 3
        /// The waits between these attempts.
        ///
        /// Default: 0.5 s up to 4 s.
        package var quick = Backoff(first: .milliseconds(500), most: .seconds(4))
        /// The longest `Retry-After` that is still waited for instead of spooling.
        ///
        /// Default: 3 s.
        package var longestQuickDelay = Duration.seconds(3)
        /// Results waiting for a turn before more go to the spool.
        ///
        /// Default: 256.
        package var longestQueue = 256
        /// The waits before the spool is tried again while the server is away: what waits has a lease that ends.
        ///
        /// Default: 1 s up to 15 s.
        package var drain = Backoff(first: .seconds(1), most: .seconds(15))
        /// The waits of a result that can neither be posted nor spooled.
        ///
        /// Default: 1 s up to 60 s.
        package var stranded = Backoff(first: .seconds(1), most: .seconds(60))
        /// The waits after the token was refused.
        ///
        /// Default: 60 s.
        package var refused = Backoff(first: .seconds(60), most: .seconds(60))
        /// The waits before a job is tried again whose results the server forbids.
        ///
        /// Default: 60 s up to 15 min.
        package var forbidden = Backoff(first: .seconds(60), most: .seconds(900))
        /// The waits before a result is tried again that always fails while others are taken.
        ///
        /// Default: 60 s up to 15 min.
        package var failing = Backoff(first: .seconds(60), most: .seconds(900))

        /// The defaults.
        package init() {}
    }
}
