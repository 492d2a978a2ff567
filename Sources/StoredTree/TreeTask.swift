/// For what the tree is written: what a fault is told with, and what to do once its cause is gone.
package struct TreeTask: Sendable {
  /// What is done, as an imperative: "record".
  let verb: String
  /// What to do once more, as an imperative.
  package let again: String
  /// What takes less of the process, as an imperative.
  let less: String

  /// What a run did is recorded.
  package static let record = TreeTask(
    verb: "record", again: "record the run again", less: "record fewer runs at once")
  /// Manifests are written that their runs imply.
  package static let repair = TreeTask(verb: "repair", again: "repair again", less: "repair fewer assets at once")
  /// The folders of old runs are removed.
  package static let prune = TreeTask(verb: "prune", again: "prune again", less: "prune fewer assets at once")
  /// What a prune has put out of sight is removed; what is left of it, a reconcile clears away.
  package static let clear = TreeTask(
    verb: "prune", again: "let a reconcile clear it away", less: "prune fewer assets at once")
}

extension StoreError {
  /// For a file that the storage said it had written.
  package init(lost path: String, for task: TreeTask) {
    self.init(
      .inputOutput,
      "\(path) is not there, though the store said that it was written; see to the store, and \(task.again).")
  }

  /// What a fault means to the one who wanted to write.
  ///
  /// - Parameter path: The absolute path of what could not be written.
  package init(writing path: String, _ fault: TreeFault, for task: TreeTask) {
    self.init("\(path) cannot be written: ", fault, task)
  }

  /// What a fault means to the one who wanted to remove something.
  ///
  /// - Parameter path: The absolute path of what could not be removed.
  package init(removing path: String, _ fault: TreeFault, for task: TreeTask) {
    self.init("\(path) cannot be removed: ", fault, task)
  }

  /// What a fault means to the one who wanted to read.
  ///
  /// - Parameters:
  ///   - what: The absolute path of what could not be read, or words for it.
  ///   - verb: What could not be done, as in "cannot be *listed*".
  package init(reading what: String, _ fault: TreeFault, _ verb: String) {
    let failed = "\(what) cannot be \(verb): \(fault.text)"
    switch fault.kind {
    case .denied: self.init(.denied, "\(failed); make it readable, or be a user who may read it.")
    case .noDescriptors, .noMemory:
      self.init(.inputOutput, "\(failed)\(fault.wayOutOfExhaustion.map { "; \($0)" } ?? "").")
      isExhaustion = true
    case .absence: self.init(.noSuchRoot, "\(failed); see whether it was moved.")
    case .link: self.init(.inputOutput, "\(failed); put the real folder in its place.")
    case .notAFolder, .obstacle: self.init(.noSuchRoot, "\(failed); move away what is in its place.")
    case .unavailable: self.init(.inputOutput, fault.text)
    case .refusal: self.init(.denied, fault.text)
    case .noRoot: self.init(.noSuchRoot, fault.text)
    case .readOnly, .full, .tooLarge, .nameTooLong, .other: self.init(.inputOutput, "\(failed); check its disk.")
    }
  }

  private init(_ failed: String, _ fault: TreeFault, _ task: TreeTask) {
    switch fault.kind {
    case .full: self.init(.cannotWrite, "\(failed)\(fault.text); make room and \(task.again).")
    case .tooLarge:
      self.init(.cannotWrite, "\(failed)\(fault.text); raise the limit on the size of files and \(task.again).")
    case .denied:
      self.init(.cannotWrite, "\(failed)\(fault.text); \(task.verb) as a user who may write there.")
    case .readOnly: self.init(.cannotWrite, "\(failed)\(fault.text); mount it for writing.")
    case .link:
      self.init(.cannotWrite, "\(failed)a symbolic link is on the way; put the real folder in its place.")
    case .notAFolder, .obstacle:
      self.init(.cannotWrite, "\(failed)\(fault.text); move away what is in its place.")
    case .nameTooLong: self.init(.refused, "\(failed)\(fault.text); choose shorter names.")
    case .noDescriptors, .noMemory:
      let wayOut = fault.wayOutOfExhaustion.map { "\($0), or " } ?? ""
      self.init(.inputOutput, "\(failed)\(fault.text); \(wayOut)\(task.less).")
      isExhaustion = true
    case .absence: self.init(.inputOutput, "\(failed)its folder was removed meanwhile; \(task.again).")
    case .unavailable: self.init(.inputOutput, fault.text)
    case .refusal: self.init(.cannotWrite, fault.text)
    case .noRoot: self.init(.noSuchRoot, fault.text)
    case .other: self.init(.inputOutput, "\(failed)\(fault.text); check the disk, and \(task.again).")
    }
  }
}
