"""Addresses of booking."""

from django.urls import path, re_path

from fablab.views import bookings, calendar, check_in, closures, feeds, strikes

urlpatterns = [
    path("labs/<slug:lab>/calendar/", calendar.lab_calendar, name="calendar"),
    path("labs/<slug:lab>/closures/", closures.closures, name="closures"),
    path("labs/<slug:lab>/closures/<int:pk>/remove/", closures.closure_remove, name="closure_remove"),
    path("labs/<slug:lab>/missed/", strikes.strikes, name="strikes"),
    path("labs/<slug:lab>/missed/<int:pk>/", strikes.strike_decide, name="strike_decide"),
    path("labs/<slug:lab>/machines/<slug:machine>/calendar/", calendar.machine_calendar, name="machine_calendar"),
    path("labs/<slug:lab>/machines/<slug:machine>/wait/", bookings.wait_for, name="wait_for"),
    path("labs/<slug:lab>/machines/<slug:machine>/check-in/", check_in.check_in_page, name="check_in"),
    path("labs/<slug:lab>/machines/<slug:machine>/check-in/poster/", check_in.check_in_poster, name="check_in_poster"),
    path("bookings/", bookings.bookings, name="bookings"),
    path("bookings/<int:pk>/", bookings.booking, name="booking"),
    path("bookings/<int:pk>/move/", bookings.booking_move, name="booking_move"),
    path("bookings/<int:pk>/booking.ics", bookings.booking_ics, name="booking_ics"),
    re_path(
        r"^bookings/(?P<pk>[0-9]+)/(?P<act>cancel|accept|check-in|finish)/$", bookings.booking_act, name="booking_act"
    ),
    path("bookings/series/<uuid:series>/cancel/", bookings.series_cancel, name="series_cancel"),
    path("bookings/waiting/<int:pk>/leave/", bookings.wait_leave, name="wait_leave"),
    path("bookings/missed/<int:pk>/appeal/", bookings.strike_appeal, name="strike_appeal"),
    path("calendars/", feeds.feeds, name="feeds"),
    path("calendars/<int:pk>/renew/", feeds.feed_renew, name="feed_renew"),
    re_path(r"^calendars/(?P<secret>[A-Za-z0-9_-]{20,40})\.ics$", feeds.feed, name="feed"),
]
