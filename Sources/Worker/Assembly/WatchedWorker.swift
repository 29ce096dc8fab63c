/// A worker that serves for long, and is looked at meanwhile.
package protocol WatchedWorker: WorkerService {
    /// What it shows of itself.
    var watch: RoleWatch { get }
}
