/// The values of all settings, group by group: `settings.images.maxBytes`.
@dynamicMemberLookup
package struct WorkerSettings: Sendable {
    private var stored: StoredValues

    init(_ stored: StoredValues) {
        self.stored = stored
    }

    package subscript<Group>(dynamicMember group: KeyPath<Catalogue, Group>) -> GroupValues<Group> {
        get { GroupValues(declared: Catalogue.declared[keyPath: group], stored: stored) }
        set { stored.replace(Group.settings, from: newValue.stored) }
    }
}
