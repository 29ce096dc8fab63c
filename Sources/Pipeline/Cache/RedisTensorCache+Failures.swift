package import Telemetry
import Transport

extension RedisTensorCache {
    /// A failure of one question to the cache.
    package enum Failure: Int, Sendable, Hashable, CaseIterable {
        /// The stored value is no tensor of this version.
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

        /// The name as a label has it: words with underscores.
        var label: String {
            "\(self)".reduce(into: "") { $0 += $1.isUppercase ? "_\($1.lowercased())" : "\($1)" }
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

    /// A counter for each kind of failure.
    package struct FailureTallies: Sendable, CustomStringConvertible {
        /// One a kind, in the order of ``Failure/allCases``.
        private let tallies = Failure.allCases.map { CacheMetrics.errors.tally($0.label) }

        /// How often a kind has happened.
        package subscript(failure: Failure) -> Tally { tallies[failure.rawValue] }

        /// Those that have happened.
        package var description: String {
            Failure.allCases.filter { self[$0].value > 0 }.map { "\($0.label) \(self[$0].value)" }.joined(
                separator: ", "
            )
        }
    }
}
