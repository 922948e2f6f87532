# Begun, and to be read by somebody whose language it is before anybody uses it; what is missing is shown in English.
# `cargo test -p habeas -- --nocapture begun` lists it.
nav-sources = سرچمگ
nav-review = چارگ
nav-team = ٹولی
lock = کبل کن
close = بند کن
unlock-go = پچ کن
verdict-same = ھما یکّیں مردم
verdict-different = دگہ دگہ مردم
verdict-undecided = زانگ نہ بیت
not-given = نبشتہ نہ انت
source = سرچمگ
sources = سرچمگ
name = نام
place = جاگہ
year = سال
question = جست
