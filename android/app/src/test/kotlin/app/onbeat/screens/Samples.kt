package app.onbeat.screens

import uniffi.onbeat_core.Answered
import uniffi.onbeat_core.Beginning
import uniffi.onbeat_core.Class
import uniffi.onbeat_core.Customer
import uniffi.onbeat_core.CustomerNear
import uniffi.onbeat_core.DayCounts
import uniffi.onbeat_core.DayView
import uniffi.onbeat_core.Declined
import uniffi.onbeat_core.Device
import uniffi.onbeat_core.Diagnosis
import uniffi.onbeat_core.ExceptionKind
import uniffi.onbeat_core.Exit
import uniffi.onbeat_core.ExitReason
import uniffi.onbeat_core.Explained
import uniffi.onbeat_core.Explanation
import uniffi.onbeat_core.Finding
import uniffi.onbeat_core.FindingKind
import uniffi.onbeat_core.FindingState
import uniffi.onbeat_core.Grade
import uniffi.onbeat_core.Heads
import uniffi.onbeat_core.Here
import uniffi.onbeat_core.Integrity
import uniffi.onbeat_core.Interval
import uniffi.onbeat_core.LiveStatus
import uniffi.onbeat_core.LocationAnswer
import uniffi.onbeat_core.LookReason
import uniffi.onbeat_core.LookSeen
import uniffi.onbeat_core.MapArea
import uniffi.onbeat_core.MapCustomer
import uniffi.onbeat_core.MapHere
import uniffi.onbeat_core.MapKind
import uniffi.onbeat_core.MapPoint
import uniffi.onbeat_core.MapView
import uniffi.onbeat_core.MyRecords
import uniffi.onbeat_core.Name
import uniffi.onbeat_core.Next
import uniffi.onbeat_core.Notice
import uniffi.onbeat_core.Outcome
import uniffi.onbeat_core.PlaceVerdict
import uniffi.onbeat_core.PresenceView
import uniffi.onbeat_core.ReasonGiven
import uniffi.onbeat_core.ReasonSeen
import uniffi.onbeat_core.Receipt
import uniffi.onbeat_core.Recording
import uniffi.onbeat_core.Report
import uniffi.onbeat_core.Sign
import uniffi.onbeat_core.SignInView
import uniffi.onbeat_core.SignsShown
import uniffi.onbeat_core.Sketch
import uniffi.onbeat_core.SketchFix
import uniffi.onbeat_core.Span
import uniffi.onbeat_core.SpanStatus
import uniffi.onbeat_core.Standing
import uniffi.onbeat_core.Start
import uniffi.onbeat_core.StartSeen
import uniffi.onbeat_core.StartedBy
import uniffi.onbeat_core.Today
import uniffi.onbeat_core.VisitView
import uniffi.onbeat_core.When
import uniffi.onbeat_core.reasonsByTap
import java.time.LocalTime
import java.time.ZoneId
import java.time.ZonedDateTime
import uniffi.onbeat_core.Problem as SyncProblem

/** Views as core gives them, of one Tuesday in Chengdu. */
object Samples {
    const val ZONE = "Asia/Shanghai"
    private const val DAY = "2026-05-12"
    private const val STREAM = "5f0c3a1e9b7d4826a1c4e8f00b2d6c93"
    private const val LAT_E9 = 30_660_000_000
    private const val LON_E9 = 104_060_000_000

    fun at(time: String): Long =
        ZonedDateTime
            .of(
                java.time.LocalDate.parse(DAY),
                LocalTime.parse(time),
                ZoneId.of(ZONE),
            ).toInstant()
            .toEpochMilli()

    private val window = Interval(at("08:00"), at("16:30"))

    val report =
        Report("a".repeat(32), "理货", "清点了货架，补了两箱", "希望包装小一些", "周五带样品来", Outcome.MET)

    val visited = visit("a", "老街便利店", "08:40", "09:25").copy(report = report, photos = listOf("b".repeat(64)))

    val empty = Report("c".repeat(32), "", "", "", "", Outcome.MET)

    val open = visit("c", "锦江烟酒行", "10:18", null)

    val permissions =
        listOf(
            PermissionKind.PLACE to PermissionState.ROUGHLY,
            PermissionKind.NOTIFICATIONS to PermissionState.ALLOWED,
            PermissionKind.PLACE_ALWAYS to PermissionState.MISSING,
            PermissionKind.EXACT_ALARM to PermissionState.ALLOWED,
            PermissionKind.BATTERY to PermissionState.MISSING,
        ).map { (kind, state) -> Permission(kind, state) }

    val customers =
        listOf(
            near("c-1", "锦江烟酒行", 120_400, "02884561234"),
            near("c-2", "春熙路小超市", 860_000, null),
            near("c-3", "Riverside Deli", 12_700_000, "02884560000"),
        )

    val left =
        Finding(
            "d".repeat(64),
            Class.FINDING,
            FindingKind.LEFT_AREA,
            at("11:02"),
            at("11:25"),
            emptyList(),
            emptyMap(),
            FindingState.OPEN,
        )

    /** In the morning, on the way to a customer. */
    val morning = today("10:12", Next.Visit(customers.first()), listOf(visited))

    val signIn =
        today("08:04", Next.SignIn, emptyList())
            .copy(waitingRecords = 0u, waitingSinceMs = null, recordedSinceMs = at("08:00"))

    /** After the phone had ended the app: nothing was recorded till it was opened again. */
    val ended =
        morning.copy(
            recordedSinceMs = at("10:04"),
            exit = Exit(at("09:31"), ExitReason.MEMORY, null),
            day =
                day(
                    at("10:12"),
                    listOf(visited),
                    listOf(
                        "08:00" to SpanStatus.UNKNOWN,
                        "08:06" to SpanStatus.INSIDE,
                        "09:31" to SpanStatus.UNKNOWN,
                        "10:04" to SpanStatus.INSIDE,
                        "16:30" to SpanStatus.INSIDE,
                    ),
                ),
            waitingSinceMs = at("10:04"),
        )

    val leaving =
        today("11:09", Next.CheckOut(open), listOf(visited, open)).run {
            copy(
                away = Interval(at("11:02"), at("12:09")),
                here = here?.copy(place = PlaceVerdict.OUTSIDE, edgeMm = -412_000),
                asked = listOf(left),
                day = day.copy(findings = listOf(left)),
            )
        }

    /** After the window: what was open is still to be reported. */
    val evening =
        today("17:05", Next.Rest, listOf(visited)).run {
            copy(
                `when` = When.AFTER,
                recording = Recording.Waits(Beginning(at("08:00") + 24 * 3_600_000, ZONE, 53_700, 53_400), false),
                recordedSinceMs = null,
                standing = Standing.Ended(window.toMs),
                here = null,
                waitingRecords = 0u,
                waitingSinceMs = null,
                day = day.copy(signIn = day.signIn.copy(atMs = at("08:12"))),
            )
        }

    val refused =
        morning.copy(
            standing = Standing.NotAgreed,
            next = Next.Visit(null),
            recording = Recording.Off,
            recordedSinceMs = null,
            here = null,
            location = LocationAnswer.REFUSED,
        )

    val replaced =
        morning.copy(
            standing = Standing.Replaced,
            next = Next.Rest,
            recording = Recording.Off,
            recordedSinceMs = null,
            replacedMs = at("09:30"),
        )

    val sent = replaced.copy(waitingRecords = 0u, waitingSinceMs = null)

    val notice =
        Notice(
            zh =
                "本公司在工作时段（8:00 至 16:30）记录您的位置，用于说明您在责任区内。位置保存 90 天。\n" +
                    "有疑问请联系人事部王女士，电话 028-8456 1234。",
            en =
                "During working hours (08:00 to 16:30) the company records your position, to show that you were in " +
                    "your district. It is kept for 90 days.\nQuestions: Ms Wang, human resources, 028-8456 1234.",
        )

    val settings = Shown.Settings(LocationAnswer.AGREED, permissions)

    /** Some 8 by 7 km, with a park that is not of the district, and the service hall. */
    val map =
        MapView(
            widthMm = 8_000_000,
            heightMm = 7_000_000,
            areas =
                listOf(
                    MapArea(
                        MapKind.DISTRICT,
                        "",
                        listOf(
                            ring(
                                600 to 1_200,
                                2_400 to 300,
                                5_200 to 700,
                                7_400 to 400,
                                7_700 to 3_800,
                                6_300 to 6_500,
                                3_100 to 6_700,
                                400 to 4_600,
                            ),
                            ring(4_900 to 1_500, 6_300 to 1_300, 6_400 to 2_400, 5_100 to 2_600),
                        ),
                    ),
                    MapArea(
                        MapKind.NO_GO,
                        "客服大厅",
                        listOf(ring(2_900 to 3_000, 3_900 to 2_900, 4_000 to 3_800, 3_000 to 3_900)),
                    ),
                ),
            customers =
                listOf(
                    customers[0] to (2_100 to 2_000),
                    customers[1] to (1_700 to 4_300),
                    customers[2] to (5_600 to 5_000),
                ).map { (near, at) -> MapCustomer(point(at), near, near == customers[1]) },
            here = morning.here?.let { MapHere(point(2_300 to 1_950), it.copy(accuracyMm = 350_000)) },
            zone = ZONE,
        )

    private fun ring(vararg metres: Pair<Int, Int>) = metres.map { point(it) }

    private fun point(metres: Pair<Int, Int>) = MapPoint(metres.first * 1_000L, metres.second * 1_000L)

    val reasons =
        listOf(
            reason(3, "11:02", "11:25", ExceptionKind.GOODS, "去对面仓库取两箱"),
            reason(4, "13:10", "13:40", ExceptionKind.DETOUR, "").copy(approved = true),
            reason(5, "15:00", "16:00", ExceptionKind.TRIP, "")
                .copy(declined = Declined(at("16:50"), "王主管", "当天没有安排出差，请补充说明")),
        )

    private fun reason(
        n: Int,
        from: String,
        to: String,
        kind: ExceptionKind,
        note: String,
    ) = ReasonSeen(
        record = Name(STREAM, 1u, "", n.toULong()),
        reason = ReasonGiven(Interval(at(from), at(to)), kind, note),
        givenMs = at(from),
        approved = false,
        declined = null,
    )

    /** After the reason was given, which nobody has looked at yet. */
    val excused =
        leaving.run {
            copy(away = null, day = day.copy(presence = day.presence.copy(reasons = reasons.take(1))))
        }

    val records =
        MyRecords(
            day = leaving.day.run { copy(presence = presence.copy(reasons = reasons)) },
            before = "2026-05-11",
            after = "2026-05-13",
            zone = ZONE,
            nowMs = at("17:05"),
            looks =
                listOf(
                    LookSeen("王主管", at("16:50"), DAY, LookReason.Finding),
                    LookSeen("陈经理", at("12:10"), null, LookReason.Said("客户投诉，核对当天拜访")),
                ),
            receipts =
                listOf("16:31" to 214uL, "14:02" to 171uL, "11:47" to 96uL).map { (time, seq) ->
                    Receipt(STREAM, 1u, "", seq, "e".repeat(64), at(time), "3a50db68046e2012", "")
                },
        )

    private val explanation =
        Explanation(
            rep = "li",
            day = DAY,
            zone = ZONE,
            finding = left,
            sentences = emptyList(),
            conditions = emptyList(),
            spans = emptyList(),
            fixes = emptyList(),
            fixesOf = 0u,
            votes = emptyList(),
            proofs = emptyList(),
            transit = null,
            place = null,
            records = emptyList(),
            causes = emptyList(),
            policy = emptyMap(),
            basis = emptyList(),
            erased = false,
        )

    val explained =
        Explained(
            explanation = explanation,
            sketch = sketch(),
            evidence = emptyList(),
            answers = listOf(Answered(left.id, left.kind, left.fromMs, left.toMs, DAY, "客户让我去对面仓库取货")),
            appeals = emptyList(),
            decisions = emptyList(),
            isAppealed = false,
            reasonsGiven = emptyList(),
            reasonsOffered = reasonsByTap(),
        )

    val about = About("0.1.0", "锦江商贸有限公司", "蜀ICP备2026000000号-1A") {}

    private val needed = Exit(at("07:58"), ExitReason.MEMORY, null)
    private val removed = Exit(at("05:48"), ExitReason.HAND, "remove task")

    val checkup =
        Checkup(
            Diagnosis(
                engine = "0.1.0",
                server = "https://onbeat.example.com",
                heads = Heads(STREAM, "li", 1u, Grade.HARDWARE, false, emptyList(), 12u),
                fileBytes = 1_245_184u,
                setAside = null,
                lastSyncMs = at("09:40"),
                problems = listOf(SyncProblem("network", "the server can't be reached: no route")),
                lastFixMs = at("10:11"),
                starts =
                    listOf(
                        StartSeen(at("08:00"), Start(at("08:00"), StartedBy.ALARM, needed)),
                        StartSeen(at("07:41"), Start(null, StartedBy.OPENED, null)),
                        StartSeen(at("06:12"), Start(at("06:00"), StartedBy.BOOT, removed)),
                    ),
                signs = SignsShown(Integrity.DEVELOPER, listOf(Sign.MOCK_APP)),
                zone = ZONE,
                reference = null,
            ),
            Device("android", "Xiaomi 2211133C", "0.1.0"),
            permissions,
            true,
            ZONE,
        )

    /** Twelve fixes on the way east, 57 m from one to the next. */
    private fun sketch(): Sketch {
        val (marginMm, stepMm, waveMm) = listOf(85_000L, 57_450L, 33_400L)
        val fixes =
            (0L..<12L).map { n ->
                val isOut = n in 4..9
                val at = MapPoint(marginMm + n * stepMm, marginMm + (2 - n % 3) * waveMm)
                SketchFix(at, 60_000, if (isOut) PlaceVerdict.OUTSIDE else PlaceVerdict.EDGE, isOut)
            }
        return Sketch(2 * marginMm + 11 * stepMm, 2 * marginMm + 2 * waveMm, fixes, null)
    }

    private fun visit(
        id: String,
        customer: String,
        from: String,
        to: String?,
    ) = VisitView(
        visit = id.repeat(32),
        customer = "c-$id",
        customerName = customer,
        fromMs = at(from),
        toMs = to?.let(::at),
        dwellS = null,
        distanceMm = 18_000,
        purpose = "",
        report = null,
        photos = emptyList(),
        records = emptyList(),
        inWindow = true,
    )

    private fun near(
        id: String,
        name: String,
        distanceMm: Long,
        landline: String?,
    ) = CustomerNear(Customer(id, name, LAT_E9, LON_E9, true, landline), distanceMm)

    private fun today(
        now: String,
        next: Next,
        visits: List<VisitView>,
    ) = Today(
        nowMs = at(now),
        `when` = When.WITHIN,
        zone = ZONE,
        standing = Standing.Seen,
        next = next,
        recording = Recording.Records((window.toMs - at(now)) / 1000),
        recordedSinceMs = at("08:06"),
        exit = null,
        here = Here(at(now) - 40_000, LAT_E9, LON_E9, 12_000, PlaceVerdict.INSIDE, 340_000),
        away = null,
        asked = emptyList(),
        day = day(minOf(at(now), window.toMs), visits),
        breakUntilMs = null,
        privateSinceMs = null,
        openVisit = visits.find { it.toMs == null }?.visit,
        waitingRecords = 12u,
        waitingSinceMs = at("09:40"),
        waitingPhotos = 0u,
        heldUntilMs = null,
        replacedMs = null,
        location = LocationAnswer.AGREED,
        asksLocation = false,
    )

    private fun day(
        untilMs: Long,
        visits: List<VisitView>,
        statuses: List<Pair<String, SpanStatus>> =
            listOf(
                "08:00" to SpanStatus.UNKNOWN,
                "08:06" to SpanStatus.INSIDE,
                "09:30" to SpanStatus.EDGE,
                "09:42" to SpanStatus.INSIDE,
                "11:02" to SpanStatus.OUTSIDE,
                "11:25" to SpanStatus.INSIDE,
                "16:30" to SpanStatus.INSIDE,
            ),
    ): DayView {
        val begun = statuses.zipWithNext().filter { (from, _) -> at(from.first) < untilMs }
        val spans =
            begun.map { (from, to) ->
                Span(at(from.first), minOf(at(to.first), untilMs), from.second, null, emptyList())
            }

        fun seconds(status: SpanStatus) = spans.filter { it.status == status }.sumOf { it.toMs - it.fromMs } / 1000
        return DayView(
            rep = "li",
            day = DAY,
            window = window,
            closed = untilMs >= window.toMs,
            spans = spans,
            counts =
                DayCounts(
                    seconds(SpanStatus.INSIDE),
                    seconds(SpanStatus.EDGE),
                    seconds(SpanStatus.OUTSIDE),
                    seconds(SpanStatus.UNKNOWN),
                    0,
                    100,
                    0,
                ),
            presence =
                PresenceView(
                    LiveStatus.INSIDE,
                    at("08:06"),
                    untilMs,
                    340_000,
                    emptyList(),
                    emptyList(),
                    emptyList(),
                    emptyList(),
                ),
            signIn = SignInView(at("08:36"), null, null, null, null, null, null),
            visits = visits,
            findings = emptyList(),
            basis = emptyList(),
        )
    }
}
