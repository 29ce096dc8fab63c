/// A worker that serves for long, and is looked at meanwhile.
package protocol MonitoredWorker: WorkerService {
    /// What it shows of itself.
    var health: RoleHealth { get }
}
