package import ManifestModel
package import StoredTree

/// Finds the runs of an asset that a rule keeps no longer, and removes their folders.
package final class RunPruner {
  /// What became of one asset.
  package struct Outcome: Sendable {
    package var asset: AssetIdentifier
    /// The runs that go, the oldest first.
    package var expired: [RunOnDisk] = []
    /// Runs that stay because nobody can tell, and why.
    package var left: [(path: String, reason: String)] = []
    /// Why the asset could not be dealt with, or not to the end.
    package var failure: StoreError?
  }

  private let storage: any TreeStorage
  private let rule: RetentionRule
  private let now: Timestamp
  private let layout: MetadataLayout

  package init(_ storage: any TreeStorage, rule: RetentionRule, now: Timestamp) {
    self.storage = storage
    self.rule = rule
    self.now = now
    layout = MetadataLayout(folder: storage.metadataFolder)
  }

  /// Says which runs go.
  package func plan(
    _ asset: AssetIdentifier, _ reader: TreeReader
  ) throws(StoreError) -> Outcome {
    var outcome = Outcome(asset: asset)
    let look = try reader.look(at: asset, at: now)
    for run in look.unread {
      outcome.left.append((layout.runMetadataPath(asset, runID: run.run), run.message))
    }
    var named: String?
    var reason: String?
    switch look.manifest {
    case .absent: break
    case .good(let manifest, _): named = manifest.lastRun?.id
    case .bad(_, let message, _): reason = message
    case .torn: reason = "The file is being written."
    }
    let expired = rule.expired(look.runs, named: named, at: now)
    if let reason {
      let message = "\(reason) Which run it names cannot be told, so that all of them stay."
      if !expired.isEmpty { outcome.left.append((layout.manifestPath(asset), message)) }
      return outcome
    }
    for run in expired {
      do throws(TreeFault) {
        let others = try reader.session.others(besidesRun: run.id, of: asset)
        if others.isEmpty { outcome.expired.append(run) } else { outcome.leave(run.id, others, layout) }
      } catch {
        if error.isAbsence { continue }
        try reader.throwIfExhausted(error)
        outcome.left.append((layout.runPath(asset, runID: run.id), "The folder cannot be listed: \(error.text)."))
      }
    }
    return outcome
  }

  /// Removes the runs that go by what is in the tree now, while their assets are held.
  ///
  /// What was hidden of an asset is settled once, after its runs are out of sight and before their files are removed. A
  /// storage that removes nothing refuses.
  package func prune(
    _ assets: [AssetIdentifier], through publisher: any TreePublisher, lockPatienceMicroseconds: Int64,
    onWarning: @escaping (String) -> Void
  ) -> [Outcome] {
    let batch = publisher.beginBatch(of: assets.count)
    let holds = AssetHolds(
      publisher, for: .prune, patienceMicroseconds: lockPatienceMicroseconds, onWarning: onWarning)
    return assets.map { asset in
      do throws(StoreError) {
        guard publisher.traits.canRemove else {
          throw StoreError(
            .refused, "\(storage.root) is a storage from which nothing is removed: let rules of its own thin it out.")
        }
        guard let publication = try holds.hold(asset, batch) else {
          return Outcome(asset: asset)
        }
        return try prune(publication)
      } catch {
        var outcome = Outcome(asset: asset)
        outcome.failure = error
        return outcome
      }
    }
  }

  private func prune(_ publication: any AssetPublication) throws(StoreError) -> Outcome {
    let asset = publication.asset
    let plan = try plan(asset, TreeReader(publication.makeSession(), root: storage.root))
    var outcome = plan
    outcome.expired = []
    guard let removal = publication.removal else { return outcome }
    var hidden: [(run: RunOnDisk, name: String)] = []
    for run in plan.expired {
      do throws(TreeFault) {
        switch try removal.hide(run.id) {
        case .hidden(let name): hidden.append((run, name))
        case .holdsOthers(let names): outcome.leave(run.id, names, layout)
        case .absent: break
        }
      } catch {
        outcome.failure = StoreError(removing: path(of: asset, run.id), error, for: .prune)
        break
      }
    }
    if hidden.isEmpty { return outcome }
    do throws(TreeFault) {
      try removal.settle()
    } catch {
      for (run, name) in hidden { removal.restore(run.id, from: name) }
      outcome.failure = StoreError(writing: "\(storage.root)/\(layout.assetPath(asset))", error, for: .prune)
      return outcome
    }
    for (run, name) in hidden {
      outcome.expired.append(run)
      do throws(TreeFault) {
        try removal.remove(name)
      } catch {
        outcome.failure =
          outcome.failure ?? StoreError(removing: path(of: asset, run.id), error, for: .clear)
      }
    }
    return outcome
  }

  private func path(of asset: AssetIdentifier, _ run: String) -> String {
    "\(storage.root)/\(layout.runPath(asset, runID: run))"
  }
}

extension RunPruner.Outcome {
  fileprivate mutating func leave(_ run: String, _ others: [String], _ layout: MetadataLayout) {
    let names = others.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
    let more = others.count > 3 ? " and \(others.count - 3) more" : ""
    left.append((layout.runPath(asset, runID: run), "The folder also holds \(names)\(more)."))
  }
}
