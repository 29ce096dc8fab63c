import JSON
import Pipeline

/// How a role is, in a few words: what stands at the top of its page, and in its line on the page of the fleet.
struct LiveState: Sendable, Equatable {
    /// What the words look like.
    enum Look: String, Sendable {
        case good, warn, bad
    }

    let look: Look
    let text: String

    init(_ look: Look, _ text: String) {
        self.look = look
        self.text = text
    }

    init(_ healthService: HealthService) {
        let problems = healthService.readiness.filter { $0.problem != nil }.map(\.name)
        if let stall = healthService.stall {
            self.init(.bad, "stuck: \(stall.part)")
        } else if healthService.lifecycle.isDraining {
            self.init(.warn, "draining")
        } else if healthService.lifecycle.pauseSwitch.isPaused {
            self.init(.warn, "paused")
        } else if problems.isEmpty {
            self.init(.good, "ready")
        } else {
            self.init(.bad, "not ready: \(problems.joined(separator: ", "))")
        }
    }

    /// The JSON that pages read.
    var json: JSONValue { ["look": .string(look.rawValue), "text": .string(text)] }
}
