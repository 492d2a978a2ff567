internal import LinuxSystem

extension IndexFile {
  /// Opens an index for a reconcile: migrates one of an older program, and leaves what is missing, empty or damaged as
  /// it is. A rebuild fills a new one and puts it in place as a whole, so that nobody ever finds an index without
  /// content.
  ///
  /// - Parameter deadline: until when to wait for others; `nil` for the usual time.
  /// - Returns: `nil` where a rebuild has to make the index.
  package static func openToReconcile(
    _ location: IndexLocation, until deadline: Deadline?, migrator: Migrator = .standard
  ) throws(IndexError) -> IndexConnection? {
    guard case .file(let generation) = try FoundIndex.examine(location), generation.status.size > 0 else { return nil }
    switch try inspect(generation, location, migrator, until: deadline) {
    case .sound: return try writer(location, generation, .opened, migrator, until: deadline)
    case .unusable, .outdated(0): return nil
    case .outdated: break
    }
    let gate = try IndexGate(location)
    return try gate.pass(until: deadline) { () throws(IndexError) in
      guard case .file(let generation) = try FoundIndex.examine(location), generation.status.size > 0 else {
        return nil
      }
      switch try inspect(generation, location, migrator, until: deadline) {
      case .sound: return try writer(location, generation, .opened, migrator, until: deadline)
      case .unusable, .outdated(0): return nil
      case .outdated(let version): return try migrate(generation, from: version, location, migrator)
      }
    }
  }
}
