/// The rights that a token's user needs, in sentences for people.
package enum AntennaRights {
    /// The right to take tasks and post results, and who gives it.
    ///
    /// Servers differ: today's asks for these two by name and has not made them, so that only superusers pass.
    package static let work =
        "The token's user needs the permissions tasks_ml_job and result_ml_job on the job's project (to manage it is not "
        + "enough); where Antenna has no permissions of these names, only a superuser's token will do. Ask an administrator of Antenna."

    /// The right to register, and who has it, to stand after "without".
    package static let registration =
        "the permission create_projectpipelineconfig on the project, which its managers and ML data managers have"
}
