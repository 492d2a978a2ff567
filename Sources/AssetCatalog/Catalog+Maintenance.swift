internal import CatalogIndex
internal import CatalogReconciler
internal import ManifestModel
internal import StoredTree

extension Catalog {
  /// Brings the index up to date with the tree.
  ///
  /// Only what changed is read. Questions go on meanwhile, and see the index as it was until this is done.
  ///
  /// ```swift
  /// let summary = try catalog.reconcile()
  /// print("\(summary.added) added, \(summary.changed) changed, \(summary.removed) removed")
  /// ```
  ///
  /// - Parameters:
  ///   - full: whether every finished run is looked at as well, for edits by hand.
  ///   - wait: whether to wait for other processes: ``Options/maintenancePatience`` says how long.
  ///   - acceptRoot: whether a tree that is empty, or another one than the index knows, is taken as the truth.
  /// - Throws: ``CatalogError/Code/noSuchRoot`` for a tree that is missing or another one, ``CatalogError/Code/busy``
  ///   where another reconcile is at it, ``CatalogError/Code/cannotWrite`` where the index cannot be written.
  public func reconcile(
    full: Bool = false, wait: Bool = true, acceptRoot: Bool = false
  ) throws(CatalogError) -> ReconcileSummary {
    try reconcile(full: full, dryRun: false, wait: wait, acceptRoot: acceptRoot)
  }

  /// Brings the index up to date, or says what that would do.
  ///
  /// - Parameter dryRun: whether nothing is written; the summary then lists what would be done.
  /// - Throws: As ``reconcile(full:wait:acceptRoot:)``.
  package func reconcile(
    full: Bool = false, dryRun: Bool, wait: Bool = true, acceptRoot: Bool = false
  ) throws(CatalogError) -> ReconcileSummary {
    var options = reconcileOptions(waits: wait)
    options.isFull = full
    options.isDryRun = dryRun
    options.acceptsRoot = acceptRoot
    let reconciler = try reconciler(options)
    return ReconcileSummary(try CatalogError.wrappingAny { try reconciler.reconcile() })
  }

  /// Reads the whole tree again and replaces what the index holds in one step.
  ///
  /// It is also the way out of an index that is damaged.
  ///
  /// ```swift
  /// let summary = try catalog.rebuild()
  /// print("\(summary.filesRead) files in \(summary.duration)")
  /// ```
  ///
  /// - Parameter wait: whether to wait for other processes: ``Options/maintenancePatience`` says how long.
  /// - Throws: As ``reconcile(full:wait:acceptRoot:)``.
  public func rebuild(wait: Bool = true) throws(CatalogError) -> ReconcileSummary {
    let reconciler = try reconciler(reconcileOptions(waits: wait))
    return ReconcileSummary(try CatalogError.wrappingAny { try reconciler.rebuild() })
  }

  /// Compares tree and index file by file, and writes nothing. Files that were being written are not compared, but
  /// counted in ``Answer/gaps``, as is what cannot be read: that tree and index agree does not say that all is well.
  ///
  /// ```swift
  /// for row in try catalog.check().rows { print(row.kind, row.path) }
  /// ```
  ///
  /// - Throws: As ``reconcile(full:wait:acceptRoot:)``.
  package func check() throws(CatalogError) -> Answer<CheckRow> {
    let reconciler = try reconciler(reconcileOptions(waits: true))
    var rows: [CheckRow] = []
    let unsettled = try CatalogError.wrappingAny {
      try reconciler.check { difference in
        rows.append(
          CheckRow(
            path: difference.path, kind: CheckRow.Kind(difference.kind), message: difference.message,
            asset: difference.asset))
      }
    }
    let known = try? read(at: now) { _, time in time }
    let gaps = known?.gaps ?? AnswerGaps()
    return Answer(
      generatedAt: now, asOf: known?.asOf,
      gaps: AnswerGaps(
        unsettledFiles: unsettled, unreadableFolders: gaps.unreadableFolders, unreadableRuns: gaps.unreadableRuns,
        unreadableManifests: gaps.unreadableManifests, truncatedFiles: gaps.truncatedFiles),
      rows: rows)
  }

  /// Brings the index up to date, if the options ask for that now.
  ///
  /// - Parameter scope: the names outside of which nothing matters to the question. In a bucket they are looked at
  ///   alone, where that is cheaper.
  /// - Returns: when these names were true, where they were looked at alone.
  @discardableResult
  func reconcileIfNeeded(about scope: NameScope? = nil) throws(CatalogError) -> Timestamp? {
    let scope = tree.remote == nil ? nil : scope
    var (remembers, spentPages) = (false, 0)
    switch options.reconciling {
    case .never: return nil
    case .always: break
    case .maxLag(let lag):
      if let age = ageOfIndex(), age <= lag.microseconds { return nil }
      remembers = true
      if let scope {
        let earliest = Self.systemTime.microseconds.saturatingSubtract(lag.microseconds)
        if let time = looks.time(of: scope, since: earliest) { return time }
        spentPages = looks.spentPages
      }
    }
    var options = questionOptions()
    options.takesWorkOfOthers = true
    let reconciler = try reconciler(options)
    var asOf: Timestamp?
    try orAsItIs {
      guard let scope else {
        _ = try reconciler.reconcile()
        return looks.forget()
      }
      let report = try reconciler.reconcile(
        only: Reconciler.Part(
          scope, spentPages: spentPages, assetsOfPage: self.options.assetsOfPage))
      asOf = report.scopeStartedAt
      guard let asOf else { return looks.forget() }
      if remembers { looks.note(scope, at: asOf, pages: report.scopePages) }
    }
    return asOf
  }

  /// Rebuilds an index that a question found damaged.
  func rebuildForQuestion(curing damage: String?) throws(CatalogError) {
    let reconciler = try reconciler(questionOptions())
    try orAsItIs { _ = try reconciler.rebuild(curing: damage) }
  }

  /// Brings the index up to date for a question.
  ///
  /// Who may not write the index is answered from the index as it is, with a warning. Where others keep it from being
  /// brought up to date, or the disk is full, the error says that it can answer as it is, if it can.
  private func orAsItIs(_ body: () throws -> Void) throws(CatalogError) {
    var mayNotWrite = false
    do throws(CatalogError) {
      try CatalogError.wrappingAny {
        do {
          try body()
        } catch let error as IndexError {
          mayNotWrite = error.code == .cannotWrite
          throw error
        }
      }
    } catch {
      guard error.code == .busy || error.code == .cannotWrite, canAnswerAsItIs else { throw error }
      guard mayNotWrite else {
        throw CatalogError(error.code, error.message, remedies: error.remedies + [.answerAsItIs])
      }
      options.onWarning?("The answer is from the index as it is: \(error.message)")
    }
  }

  private var canAnswerAsItIs: Bool {
    (try? read(at: now) { _, _ throws(IndexError) in true }) ?? false
  }

  func reconciler(_ options: ReconcileOptions) throws(CatalogError) -> Reconciler {
    Reconciler(
      location: try CatalogError.wrapping { () throws(IndexError) in try location }, root: root,
      metadataFolder: layout.folder, options: options
    ) { [tree] () throws(StoreError) in try tree.storage() }
  }

  private func questionOptions() -> ReconcileOptions {
    var result = reconcileOptions(waits: true)
    result.patienceMilliseconds = options.patience.patienceMilliseconds
    result.onLongWait = nil
    return result
  }

  func reconcileOptions(waits: Bool) -> ReconcileOptions {
    var result = ReconcileOptions(now: { Self.systemTime })
    result.patienceMilliseconds = waits ? options.maintenancePatience?.patienceMilliseconds : 0
    result.onWarning = options.onWarning
    result.onLongWait = options.onWarning
    if let onProgress = options.onProgress {
      result.onProgress = { completed, total in
        onProgress(CatalogProgress(completed: completed, total: total > 0 ? total : nil))
      }
    }
    return result
  }

  /// Microseconds since the last reconcile began, by the system's clock; `nil` where there was none, or the index
  /// cannot be read, or that moment lies ahead.
  private func ageOfIndex() -> Int64? {
    do throws(CatalogError) {
      let asOf = try read(at: Self.systemTime) { _, time throws(IndexError) in time.asOf }
      let age = asOf.map { Self.systemTime.microseconds.saturatingSubtract($0.microseconds) }
      return age.flatMap { $0 < 0 ? nil : $0 }
    } catch {
      return nil
    }
  }
}

extension ReconcileSummary {
  init(_ report: ReconcileReport) {
    self.init(
      added: report.added, changed: report.changed, removed: report.removed, unchanged: report.unchanged,
      problems: report.problems, filesRead: report.filesRead, seconds: report.seconds,
      planned: report.planned.map { change in
        PlannedChange(action: PlannedChange.Action(change.action), path: change.path)
      })
  }
}

extension PlannedChange.Action {
  fileprivate init(_ action: PlannedAction) {
    switch action {
    case .add: self = .add
    case .change: self = .change
    case .remove: self = .remove
    }
  }
}

extension CheckRow.Kind {
  fileprivate init(_ kind: Difference.Kind) {
    switch kind {
    case .missing: self = .missing
    case .extra: self = .extra
    case .stale: self = .stale
    case .damaged: self = .damaged
    }
  }
}
