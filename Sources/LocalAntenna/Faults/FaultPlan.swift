/// Decides which calls fail.
///
/// The same seed fails the same calls by their number, whatever their order between the kinds.
package struct FaultPlan: Sendable {
    /// The faults, and how often each comes; may change at any time.
    package var settings: FaultSettings

    private var calls: SplitMix64
    private var posts: SplitMix64
    private var images: SplitMix64
    private var burstLeft = 0

    package init(settings: FaultSettings, seed: UInt64) {
        self.settings = settings
        self.calls = SplitMix64(seed: seed ^ 1)
        self.posts = SplitMix64(seed: seed ^ 2)
        self.images = SplitMix64(seed: seed ^ 3)
    }

    /// The failure of the next API call, nil when it goes well.
    package mutating func nextCall() -> APIFault? {
        let strikes = calls.chance(settings.failRate)
        let kind = calls.next() % 3
        if strikes, burstLeft == 0 { burstLeft = max(1, settings.failBurst) }
        guard burstLeft > 0 else { return nil }
        burstLeft -= 1
        return switch kind {
        case 0: .internalError
        case 1: .unavailable(retryAfterSeconds: settings.retryAfterSeconds)
        default: .tooManyRequests(retryAfterSeconds: settings.retryAfterSeconds)
        }
    }

    /// How the answer to the next POST of results is lost, nil when it arrives.
    package mutating func nextPost() -> LostAnswer? {
        let strikes = posts.chance(settings.lostPostRate)
        let kind = posts.next() % UInt64(LostAnswer.allCases.count)
        return strikes ? LostAnswer.allCases[Int(kind)] : nil
    }

    /// How long the next image is held back.
    package mutating func nextImage() -> Duration {
        images.chance(settings.slowImageRate) ? settings.latency + settings.slowImageDelay : settings.latency
    }
}
