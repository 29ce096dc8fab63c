import Antenna
import Inference

/// The outcome of a registration with several projects.
struct RegistrationSummary {
    private(set) var registered = 0
    private var forbidden: [AntennaProject] = []
    private var failed: [AntennaProject] = []

    /// Takes in what became of a project.
    ///
    /// - Returns: A line that says so.
    mutating func add(_ project: AntennaProject, _ outcome: Registrar.Outcome, pipelines: Int) -> String {
        let name = project.name.isEmpty ? "Project \(project.id)" : "Project \(project.id) (\(project.name))"
        switch outcome {
        case .registered(let new):
            registered += 1
            let news = new.isEmpty ? "nothing new" : "new: " + new.joined(separator: ", ")
            return "\(name): \(pipelines) \(pipelines == 1 ? "pipeline" : "pipelines") registered, \(news)"
        case .forbidden:
            forbidden.append(project)
            return "\(name): forbidden to a user without \(AntennaRights.registration)"
        case .failed(let reason):
            failed.append(project)
            return "\(name): not registered, \(reason)"
        }
    }

    /// The failure of the command; nil when it succeeded: a project of others is no failure while there is one of ours.
    var failure: CommandFailure? {
        let total = registered + forbidden.count + failed.count
        guard !failed.isEmpty || registered == 0 else { return nil }
        return CommandFailure(
            "Registered with \(registered) of \(total) \(total == 1 ? "project" : "projects"); "
                + "\(forbidden.count) forbidden, \(failed.count) failed."
        )
    }

    /// The sum in a line; nil when there was only one project.
    var line: String? {
        let total = registered + forbidden.count + failed.count
        guard total > 1 else { return nil }
        return "Registered with \(registered) of \(total) projects; \(forbidden.count) forbidden."
    }
}
