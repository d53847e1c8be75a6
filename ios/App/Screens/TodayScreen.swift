import OnbeatCore
import OnbeatKit
import SwiftUI

/// The screen of the day: one button for what comes next, where the rep is, the window, what is asked, and what waits.
struct TodayScreen: View {
    let shell: Shell
    let model: TodayModel

    var body: some View {
        List {
            if let today = model.today {
                if today.replacedMs != nil {
                    Replaced(shell: shell, today: today)
                } else if today.asksLocation {
                    // The page that has come with the first sync.
                    Section { Button("place.place") { Task { await shell.comeToFront() } } }
                } else {
                    if let lack = shell.permissions.lacksPlace(placesAreAgreed: today.location == .agreed) {
                        PlaceLacking(grant: lack)
                    }
                    if let next = shell.permissions.next { PermissionAsked(shell: shell, permission: next) }
                }
                Section {
                    Headline(today: today)
                    if let window = today.day.window {
                        WindowBar(window: window, day: today.day, nowMs: today.nowMs, zone: today.zone)
                    }
                    if today.when == .after { DayReport(today: today) }
                }
                NextStep(today: today, model: model)
                if today.away != nil { Reasons(model: model) }
                // In the place of the buttons, once one was tapped.
                ReasonsGiven(reasons: today.day.presence.reasons, zone: today.zone)
                Asked(today: today)
                Visits(day: today.day, zone: today.zone)
                if today.when == .within, today.replacedMs == nil { Pauses(today: today, model: model) }
                Waiting(today: today, model: model)
            } else {
                NothingYet(model: model)
            }
            ProblemSaid(problem: model.problem)
            Section {
                NavigationLink("customers.customers", value: Destination.customers)
                NavigationLink("records.my_records", value: Destination.records)
                NavigationLink("map.map", value: Destination.map)
                NavigationLink("settings.settings", value: Destination.settings)
            }
        }
        .navigationTitle("today.today")
        .refreshable { await model.sync() }
        .task { await model.refresh() }
    }
}

/// The company's data have not come: when they are asked for by themselves, as long as the app is open.
private struct NothingYet: View {
    let model: TodayModel

    var body: some View {
        Section {
            if let again = model.askedAgainMs {
                Text("today.asked_again \(Measures.time(again))").foregroundStyle(.secondary)
            }
            Button("today.sync") { Task { await model.sync() } }.disabled(model.isSyncing)
        }
        .task(id: model.askedAgainMs) { await model.askAgain() }
    }
}

/// Who seems to be leaving says why by one tap.
private struct Reasons: View {
    let model: TodayModel

    var body: some View {
        Section("today.seems_leaving") {
            Text("today.seems_leaving_why").foregroundStyle(.secondary)
            ReasonButtons(reasons: reasonsByTap()) { await model.act(.giveReason($0)) }
        }
    }
}

/// Findings and questions that the rep has not answered.
private struct Asked: View {
    let today: Today

    var body: some View {
        if !today.asked.isEmpty {
            Section("today.asked") {
                ForEach(today.asked, id: \.id) { FindingRow(finding: $0, zone: today.zone) }
            }
        }
    }
}

/// The break and private time, by one tap; they are ended by the button of the day.
private struct Pauses: View {
    let today: Today
    let model: TodayModel

    var body: some View {
        if today.breakUntilMs == nil, today.privateSinceMs == nil {
            Section {
                Button("today.start_break") { Task { await model.act(.startBreak) } }
                Button("today.start_private") { Task { await model.act(.startPrivate) } }
            }
        }
    }
}

/// What waits to be sent, and since when.
private struct Waiting: View {
    let today: Today
    let model: TodayModel

    var body: some View {
        let count = Int64(today.waitingRecords) + Int64(today.waitingPhotos)
        Section {
            if count == 0 {
                Text("today.all_sent")
            } else if let since = today.waitingSinceMs {
                Text("today.waiting_since \(count) \(Measures.time(since, in: today.zone))")
            } else {
                Text("today.waiting \(count)")
            }
            if let until = today.heldUntilMs { Text("today.held_until \(Measures.time(until, in: today.zone))") }
            Button("today.sync") { Task { await model.sync() } }
                .disabled(model.isSyncing)
        }
    }
}
