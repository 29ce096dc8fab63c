package import Pipeline

/// The surroundings of a role: its pause switch and its observers; by default there are none.
package struct RoleContext: Sendable {
    /// Whether tasks are taken.
    package var pauseSwitch = PauseSwitch()
    /// Whether anybody looks.
    var viewers = ViewerActivity()
    /// Who is shown what becomes of every task.
    private(set) var observers: [any TaskObserver] = []

    /// Steered by nothing and seen by nobody.
    package init() {}

    init(pauseSwitch: PauseSwitch, viewers: ViewerActivity, observers: [any TaskObserver]) {
        self.pauseSwitch = pauseSwitch
        self.viewers = viewers
        self.observers = observers
    }

    /// The same, with somebody more who is shown what becomes of tasks.
    package func observed(by observer: any TaskObserver) -> RoleContext {
        var context = self
        context.observers.append(observer)
        return context
    }

    /// The same, with somebody who is told how many tasks are done after each.
    package func counting(_ tell: @escaping @Sendable (Int) -> Void) -> RoleContext {
        observed(by: ProgressObserver(tell))
    }
}

extension HealthService {
    /// The surroundings of a role that this watches.
    package var context: RoleContext {
        RoleContext(pauseSwitch: lifecycle.pauseSwitch, viewers: viewers, observers: [images])
    }
}
