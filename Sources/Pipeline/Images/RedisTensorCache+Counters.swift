import Telemetry
import Transport

extension RedisTensorCache {
    /// What went wrong with one question to the cache.
    package enum Failure: String, Sendable, Hashable, CaseIterable {
        /// What is stored is no tensor of this version.
        case foreign
        /// The value is shorter or longer than its header says, or changed while it was read.
        case wrongSize
        /// The pixels are not those that were stored.
        case checksum
        /// Nobody who has `redis.key` wrote it.
        case forged
        /// More pixels than an image may have.
        case tooManyPixels
        /// Redis has no room left.
        case outOfMemory
        /// Redis answers but does not serve: it is loading, or a replica.
        case unavailable
        /// No answer within the time limit.
        case timedOut
        /// No connection, or it was lost.
        case connection
        /// Not asked, as Redis failed just before.
        case breakerOpen
        /// The system gave no memory for the pixels.
        case noPixelMemory
        /// Redis refused, or answered with something else than it should.
        case refused

        init(_ error: TransportError) {
            switch error.code {
            case .outOfMemory: self = .outOfMemory
            case .unavailable: self = .unavailable
            case .timedOut: self = .timedOut
            case .preconditionFailed: self = .foreign
            // The place for the pixels takes exactly what the header announced.
            case .tooLarge: self = .wrongSize
            case .closed, .refused, .connectFailed, .nameResolution, .truncated, .tls: self = .connection
            default: self = .refused
            }
        }

        /// Whether Redis itself answered as it should, so that the next question may be asked.
        ///
        /// A full Redis can be read, so it counts as well.
        var isFromWorkingServer: Bool {
            switch self {
            case .foreign, .wrongSize, .checksum, .forged, .tooManyPixels, .outOfMemory, .noPixelMemory: true
            case .unavailable, .timedOut, .connection, .breakerOpen, .refused: false
            }
        }
    }

    /// What a cache was asked and how it went.
    package struct Counters: Sendable, Equatable {
        /// Images found, read and verified.
        package var hits = 0
        /// Images not found, for whatever reason.
        package var misses = 0
        /// Images stored.
        package var stores = 0
        /// Images that were not stored, for whatever reason.
        package var refusedStores = 0
        /// What went wrong, by kind; each is a miss, a refused store or a ``TensorCache/keeps(_:)`` without answer, too.
        package var failures: [Failure: Int] = [:]
    }
}
