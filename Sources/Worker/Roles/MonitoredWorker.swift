/// A worker that serves for long, and is looked at meanwhile.
package protocol MonitoredWorker: WorkerService {
    /// Its health.
    var health: RoleHealth { get }
}
