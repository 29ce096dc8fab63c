/// The filters and the page of a GET on `jobs/`.
package struct JobQuery: Sendable {
    /// Slugs to choose from; nil for all.
    package var pipelineSlugs: Set<String>?
    /// Whether finished jobs are left out.
    package var isIncompleteOnly = false
    /// The way of dispatch to choose; nil for all.
    package var dispatchMode: String?
    /// The length of a page; nil when the client did not ask for one.
    package var limit: Int?
    /// How many jobs come before the page.
    package var offset = 0
    /// The project to choose; nil for all.
    package var projectID: Int?
    /// Whether jobs of which most images have failed are taken for complete.
    package var hidesFailing = false

    package init() {}

    /// The page's jobs, and how many there are on all pages.
    func page(of jobs: [AntennaState.Job]) -> (count: Int, jobs: [AntennaState.Job]) {
        let chosen = jobs.filter { job in
            if let pipelineSlugs, !pipelineSlugs.contains(job.pipelineSlug ?? "") { return false }
            if let dispatchMode, job.dispatchMode.rawValue != dispatchMode { return false }
            if let projectID, job.projectID != projectID { return false }
            guard isIncompleteOnly else { return true }
            return !job.ledger.isSettled && !(hidesFailing && job.ledger.hasMostlyFailed)
        }
        return (chosen.count, Array(chosen.dropFirst(offset).prefix(limit ?? Self.defaultLimit)))
    }

    /// The page length when the client names none.
    static let defaultLimit = 10
}
