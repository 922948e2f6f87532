# Tables taken out
download = فائل:
crosstab-title = کوئی سی دو جہتیں
crosstab-lead = دستاویزی افراد، سال، مقام، جنس اور فہرست میں سے کسی دو کے لحاظ سے۔ خالی خانے میں کوئی نہیں؛ جو درج نہیں اس کی اپنی سطر ہے۔
crosstab-rows = سطریں
crosstab-columns = کالم
crosstab-more = یہاں سمانے سے زیادہ سطریں یا کالم ہیں؛ فائل میں سب ہیں۔
crosstab-list-note = دو فہرستوں میں آنے والا شخص دونوں میں شمار ہوتا ہے، اس لیے فہرستیں جمع ہو کر کل نہیں بنتیں۔
by-year = سال
by-place = مقام
by-sex = جنس
by-list = فہرست
